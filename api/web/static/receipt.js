// Last step: the receipt, which proves that the ballot is in the log.

import { unbroken } from "./choices.js";
import { el, icon } from "./dom.js";
import { fullDigest, moment, squareMetres } from "./format.js";
import { actionForm, note, saveFile } from "./page.js";

/** `next`, `again`, `look` and `forget` are offered when given. */
export function view(receipt, { next, again, look, forget }) {
  const { summary } = receipt;
  return [
    el(
      "div",
      { class: "done" },
      el("span", { class: "done-mark" }, icon("check")),
      el("h1", {}, "投票成功"),
      el("p", { class: "lead" }, "您的票已经记入投票记录，任何人都不能悄悄改动。"),
    ),
    receipt.matches
      ? null
      : note(
          "wrong",
          "alert",
          el(
            "p",
            {},
            el("strong", {}, "回执上的票指纹与您签名的票不一致。"),
            "请保存回执，并联系召集人或街道办事处核查。",
          ),
        ),
    el(
      "section",
      { class: "card receipt" },
      el("h2", {}, "投票回执"),
      el(
        "div",
        { class: "receipt-position-row" },
        el("span", {}, "记录中的位置"),
        el(
          "span",
          { class: "receipt-position" },
          "第 ",
          el("strong", { "data-testid": "receipt-position" }, summary.position),
          " 号",
        ),
      ),
      el(
        "dl",
        {},
        row("房屋", unbroken(summary.units)),
        row(
          "面积",
          el("span", { "data-testid": "receipt-area" }, squareMetres(summary.area_cm2)),
          " m²",
        ),
        row("人数", `算 ${summary.heads} 人`),
        row("收到时间", moment(summary.received_at)),
        row("记录总数", `${summary.log_size}`),
        row(
          "票的指纹",
          el(
            "span",
            { class: "digest", "data-testid": "receipt-digest" },
            fullDigest(summary.ballot_digest),
          ),
        ),
      ),
      el(
        "button",
        {
          type: "button",
          class: "button primary",
          "data-testid": "save-receipt",
          onclick: () => save(receipt),
        },
        "保存回执到手机",
      ),
      el(
        "p",
        { class: "hint" },
        "请妥善保管。凭这份回执，可以证明您的票在记录里。回执里有您的选择，不要随意转发。",
      ),
      el("p", {}, el("a", { href: "/receipt", "data-testid": "check-receipt" }, "核验保存的回执")),
    ),
    next
      ? el(
          "button",
          { type: "button", class: "button primary", "data-testid": "next-group", onclick: next },
          "继续为下一组房屋投票",
        )
      : null,
    again
      ? el(
          "button",
          { type: "button", class: "button quiet", "data-testid": "vote-again", onclick: again },
          "改变主意，重新投票",
        )
      : null,
    look
      ? actionForm({
          label: "查看我的房屋与异议",
          working: "正在打开……",
          testid: "my-share",
          kind: "quiet",
          run: look,
        })
      : null,
    el(
      "details",
      { class: "forget" },
      el("summary", {}, "这是借来的手机？"),
      el("p", { class: "hint" }, "清除后，这台设备上不再有您的密钥和回执。请先保存回执。"),
      el(
        "button",
        { type: "button", class: "button quiet", "data-testid": "forget", onclick: forget },
        "清除这台设备上的记录",
      ),
    ),
  ];
}

function row(term, ...description) {
  return el("div", {}, el("dt", {}, term), el("dd", {}, ...description));
}

/** Save the server's answer exactly as it came. */
function save({ assembly, summary, text }) {
  saveFile(`回执-${assembly}-${summary.position}.json`, text);
}
