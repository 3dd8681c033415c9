"""What a programme says of services to the ground, as plain data and as text."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from stationkeeper.programme.document import Programme


def describe_services(programme: Programme) -> dict[str, Any]:
    """Return services with who delivers them, networks on the ground, and contracts.

    Examples
    --------
    >>> from stationkeeper.programme.read import read_programme
    >>> describe_services(read_programme("mir"))["services"]
    []
    """
    networks = Counter(name for one in programme.ground.values() for name in one.networks)
    return {
        "services": [
            {
                "key": key,
                "title": one.title,
                "kind": one.kind,
                "payloads": list(one.payloads),
                "without": list(one.without),
                "ground": list(one.ground),
                "relays": list(one.relays),
            }
            for key, one in programme.service.items()
        ],
        "networks": dict(networks.most_common()),
        "contracts": [
            {
                "key": key,
                "customer": one.customer,
                "service": one.service,
                "measure": one.measure,
                "at_least": one.at_least,
                "at_most": one.at_most,
            }
            for key, one in programme.contract.items()
        ],
    }


def service_lines(described: Mapping[str, Any]) -> list[str]:
    """Return it for people to read; nothing for what the document does not hold."""
    lines = []
    if described["services"]:
        lines += ["", f"services, {len(described['services'])}:"]
        for one in described["services"]:
            ours = ", ".join(one["payloads"]) or "nothing on a station"
            others = f"; without a station: {', '.join(one['without'])}" if one["without"] else ""
            lines.append(f"  {one['key']} ({one['kind']}): {ours}{others}")
    if described["networks"]:
        told = ", ".join(f"{name} {count}" for name, count in described["networks"].items())
        lines.append(f"networks on the ground: {told}")
    if described["contracts"]:
        lines.append(f"contracts, {len(described['contracts'])}:")
        for one in described["contracts"]:
            least = one["at_least"] is not None
            asked = f"at least {one['at_least']:g}" if least else f"at most {one['at_most']:g}"
            lines.append(f"  {one['key']}: {one['measure']} of {one['service']}, {asked}")
    return lines
