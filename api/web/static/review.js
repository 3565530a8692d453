// Fourth step: read exactly what will be signed, then sign it. Also: send again.

import { house, questions, signedByName, unbroken } from "./choices.js";
import { el } from "./dom.js";
import { fingerprint, fullDigest } from "./format.js";
import { actionForm, note } from "./page.js";

/** `payload` is the composed text about to be signed and `payloadDigest` its SHA-256. */
export function view({ agenda, group, answers, payload, payloadDigest, earlier }, sign, back) {
  return [
    el("h1", {}, "请核对，然后签名"),
    earlier ? note("wait", "alert", el("p", {}, "这张票将整张替换您先前投出的票。")) : null,
    house(group, agenda.policies),
    el(
      "section",
      { class: "card" },
      el("h2", {}, "您的选择"),
      agenda.items.map((item, index) => itemSummary(item, index, answers)),
    ),
    el(
      "section",
      { class: "card pin" },
      el("p", {}, "这张票的指纹"),
      el("p", { class: "fingerprint" }, fingerprint(payloadDigest)),
      el(
        "details",
        {},
        el("summary", {}, "查看将要签名的原文"),
        el("p", { class: "digest" }, fullDigest(payloadDigest)),
        el(
          "pre",
          { tabindex: "0" },
          JSON.stringify(JSON.parse(new TextDecoder().decode(payload)), null, 2),
        ),
      ),
    ),
    signedByName("签名等同于您在纸质表决票上亲笔签字。"),
    actionForm({ label: "签名并投出", working: "正在签名并发送……", testid: "sign", run: sign }),
    el(
      "button",
      { type: "button", class: "button quiet", "data-testid": "back", onclick: back },
      "返回修改",
    ),
  ];
}

function itemSummary(item, index, answers) {
  const asked = questions({ items: [item] });
  return el(
    "div",
    { class: "summary-item" },
    el("p", { class: "summary-title" }, `${index + 1}. ${item.title}`),
    el(
      "ul",
      { class: "summary-answers" },
      asked.map((question) => {
        const value = answers.get(question.testid);
        const text = question.answers.find(([id]) => id === value)[1];
        return el(
          "li",
          {},
          question.candidate ? el("span", {}, question.candidate.name) : null,
          el("span", { class: `answer ${value}` }, text),
        );
      }),
    ),
  );
}

/** A signed ballot that has not been acknowledged: the same bytes may be sent any number of times. */
export function undelivered(signed, resend) {
  return el(
    "section",
    { class: "card undelivered", "data-testid": "undelivered" },
    el("h2", {}, "有一张票已签名，但还没有送达"),
    el("p", {}, "房屋：", unbroken(signed.units)),
    el("p", { class: "hint" }, "再次发送的是同一张票，不会重复计票。收到回执才算投票成功。"),
    actionForm({ label: "再次发送", working: "正在发送……", testid: "resend", run: resend }),
  );
}
