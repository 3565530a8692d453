// A co-owner's objection to the ballot that another has cast for their flat (domain C-1).

import * as api from "./api.js";
import { nonce } from "./ballot.js";
import { compareCodePoints, encode } from "./canonical.js";
import { unbroken } from "./choices.js";
import { el } from "./dom.js";
import { BALLOT_OBJECTION, seal, toBytes } from "./dsse.js";
import { actionForm, announce, saveFile } from "./page.js";
import { rule } from "./words.js";

/** A form to object while the box is open; `units` are the keys of all that the owner votes for. */
export function card(notice, units, key) {
  // By units: what found no network is sent again as it was signed.
  const signed = new Map();
  const object = async (form) => {
    const chosen = new FormData(form).getAll("unit").sort(compareCodePoints);
    if (chosen.length === 0) throw new api.Problem("请勾选是哪一套房屋的票。", 0);
    const asked = JSON.stringify(chosen);
    if (!signed.has(asked)) signed.set(asked, await sign(notice, chosen, key));
    const answer = await api.objectToBallot(notice.assembly, signed.get(asked));
    place.replaceChildren(...kept(notice, signed.get(asked), answer));
    announce("异议已记入日志");
  };
  const place = el(
    "section",
    { class: "card contest", "data-testid": "contest" },
    el("h2", {}, "共有人替这套房屋投的票，您不同意？"),
    el("p", {}, rule("co_owners", notice.agenda.policies)),
    el("p", { class: "hint" }, "异议不能撤回。工作人员的名单上没有是谁提出的；监督与审计可依法核查。"),
    actionForm(
      { label: "提出异议", working: "正在签名并发送……", testid: "object", kind: "quiet", run: object },
      units.map((unit) =>
        el(
          "label",
          {},
          el("input", { type: "checkbox", name: "unit", value: unit, "data-testid": "contested" }),
          el("span", {}, unit),
        ),
      ),
    ),
  );
  return place;
}

function kept(notice, signed, answer) {
  const proof = { answer, objection: JSON.parse(new TextDecoder().decode(signed)) };
  return [
    el("h2", {}, "异议已记入日志"),
    el("p", {}, unbroken(answer.units), `，日志中的第 ${answer.position} 条。`),
    el(
      "button",
      {
        type: "button",
        class: "button primary",
        onclick: () =>
          saveFile(`异议-${notice.assembly}-${answer.position}.json`, JSON.stringify(proof)),
      },
      "保存异议凭据",
    ),
    el("p", { class: "hint" }, "凭它可以证明您何时对哪一套房屋的票提出了异议。"),
  ];
}

async function sign(notice, units, key) {
  const text = encode({
    assembly: notice.assembly,
    format: "yezhu-ballot-objection/1",
    nonce: nonce(),
    notice: notice.digest,
    units,
  });
  return toBytes(await seal(BALLOT_OBJECTION, text, key));
}
