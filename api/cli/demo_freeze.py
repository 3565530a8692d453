"""How the demonstration's roster becomes the denominator: shown, objected to, signed twice."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import httpx2
from rich.console import Console

from voting.identity.model import Claim
from voting.kernel.clock import timestamp
from voting.roster.model import Roster, UnitRecord


def claim_of(unit: UnitRecord | None) -> Claim:
    """Say what the first owner on a unit's title types to prove who he is.

    Raises
    ------
    ValueError
        Nobody but the developer has a title yet.
    """
    if unit is None or unit.title_no is None:
        raise ValueError("developer stock votes on paper")
    owner = unit.owners[0]
    return Claim(owner.name, owner.id_type.value, owner.id_number, unit.title_no)


def publish(http: httpx2.Client, roster: str, until: datetime) -> None:
    """Let the convener show the list to the owners."""
    body = {"objections_until": timestamp(until)}
    http.post(f"/v1/rosters/{roster}/publication", json=body).raise_for_status()


def object_to(http: httpx2.Client, roster: str, units: Roster) -> tuple[str, str]:
    """Let an owner prove himself and object; answer with his unit and the objection's number."""
    unit = next(unit for unit in units if unit.title_no is not None and unit.phones)
    text = f"面积与产权证所载不一致，请联系 {unit.phones[0]}"
    complaint = {"unit": unit.unit_key, "concern": "area", "text": text}
    answer = http.post(f"/v1/rosters/{roster}/objections", json=asdict(claim_of(unit)) | complaint)
    return unit.unit_key, answer.raise_for_status().json()["objection_id"]


def freeze(
    console: Console,
    convener: httpx2.Client,
    supervisor: httpx2.Client,
    roster: str,
    objection: str,
) -> dict[str, Any]:
    """Freeze with two signatures, which nobody gets before the objection is answered."""
    path = f"/v1/rosters/{roster}"
    early = convener.post(f"{path}/freeze")
    if early.is_success:
        raise RuntimeError("the roster could be frozen over an open objection")
    console.print(f"  未答复异议即冻结，被拒：{early.json()['detail']}")
    reason = {"outcome": "declined", "reason": "经查不动产登记簿，清册所列面积无误"}
    convener.post(f"{path}/objections/{objection}/answer", json=reason).raise_for_status()
    convener.post(f"{path}/freeze").raise_for_status()
    signed = supervisor.post(f"{path}/freeze/confirmation").raise_for_status()
    frozen: dict[str, Any] = signed.json()
    return frozen
