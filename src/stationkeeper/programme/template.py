"""New programme files: from a small commented template, or from a shipped programme."""

import re

from stationkeeper.errors import InputError
from stationkeeper.programme.files import as_text, names_in, package_folder
from stationkeeper.programme.problems import choices, nearest, shown

_NAME = re.compile(r"^[a-z0-9][a-z0-9.\-]{0,63}$")


def template_names() -> list[str]:
    """Return the names of the templates, ``small`` first, then the shipped programmes.

    Examples
    --------
    >>> template_names()[0]
    'small'
    """
    own = names_in("templates", ".toml")
    return own + [name for name in names_in("shipped", ".toml") if name not in own]


def new_document(template: str, name: str) -> str:
    """Return the text of a new programme file.

    Parameters
    ----------
    template : str
        ``small``, or a shipped programme, whose text with its comments is taken over; what it
        includes from the library stays included.
    name : str
        Short name of the new programme.

    Returns
    -------
    str
        TOML, ready to be checked and changed.

    Raises
    ------
    InputError
        If there is no such template or the name will not do.

    Examples
    --------
    >>> 'name = "outpost"' in new_document("small", "outpost")
    True
    """
    if not _NAME.match(name):
        raise InputError(
            f"name: given {shown(name)}, expected at most 64 lower case letters, digits, dots and "
            "hyphens, a letter or digit first"
        )
    if template not in template_names():
        fix = nearest(template, template_names())
        raise InputError(
            f"template: given {shown(template)}, expected one of: {choices(template_names(), 30)}"
            + (f"; {fix}" if fix else "")
        )
    folder = "templates" if template in names_in("templates", ".toml") else "shipped"
    file = f"{template}.toml"
    text = as_text(package_folder(folder).joinpath(file).read_bytes(), file)
    return re.sub(r'(?m)^name = ".*"$', f'name = "{name}"', text, count=1)
