"""The long proofs: each module tells what is claimed, how it is tried once, and when it held."""

from benchmarks.harness import Proof
from benchmarks.proofs import detection, fuzz, gate, kills, lives, operations_pairs, replicas, start

PROOFS: dict[str, Proof] = {
    proof.name: proof
    for proof in (
        start.PROOF,
        fuzz.PROOF,
        gate.PROOF,
        kills.PROOF,
        replicas.PROOF,
        lives.PROOF,
        operations_pairs.PROOF,
        detection.PROOF,
    )
}
