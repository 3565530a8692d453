// Second step: prove who you are against the frozen roster. Nothing typed here is stored.

import { Problem } from "./api.js";
import { unbroken } from "./choices.js";
import { el } from "./dom.js";
import { actionForm, field, filled, note } from "./page.js";

const ID_TYPES = [
  "身份证",
  "统一社会信用代码",
  "护照",
  "港澳居民来往内地通行证",
  "台胞证",
  "外国人永久居留身份证",
  "其他",
];

const PERSON = { name: "姓名", id_number: "证件号码" };

/**
 * The form; `prove(claim)` enrols, `resume(enrolment)` goes on with a key already made here, and
 * `look(enrolment)` shows what its owner has. `requestCode(person)` has a code sent and `signIn()`
 * leaves for the identity provider, where these are offered.
 */
export function view(enrolments, { resume, look, prove, requestCode, signIn }) {
  return [
    el("h1", {}, "证明您是业主"),
    enrolments.length ? known(enrolments, resume, look) : null,
    signIn ? byProvider(signIn) : null,
    el(
      "p",
      { class: "lead" },
      `${signIn ? "或者" : "请"}照房本（不动产权证书）填写，系统只与业主清册核对。`,
    ),
    actionForm(
      {
        label: "核对身份",
        working: "正在核对……",
        testid: "prove",
        attributes: { class: "card", autocomplete: "off" },
        run: (form) => prove({ ...person(form), ...proofs(form) }),
      },
      field({ id: "name", label: "姓名", hint: "单位业主请填单位全称。", autocomplete: "off" }),
      el(
        "div",
        { class: "field" },
        el("label", { for: "id_type" }, "证件类型"),
        el(
          "select",
          { id: "id_type", name: "id_type", "data-testid": "id-type" },
          ID_TYPES.map((type) => el("option", { value: type }, type)),
        ),
      ),
      field({
        id: "id_number",
        testid: "id-number",
        label: "证件号码",
        hint: "末位是字母 X 的，大小写都可以。",
        autocomplete: "off",
      }),
      titleField(!requestCode),
      requestCode ? byCode(requestCode) : null,
    ),
    note(
      "calm",
      "shield",
      el(
        "p",
        {},
        "核对通过后，您的设备会自己生成一把签名密钥。密钥不会离开这台设备，别人无法替您签名。",
      ),
      el("p", {}, "证件号码只用于这一次核对，不会保存在这台设备上。"),
    ),
  ];
}

function titleField(required) {
  return field({
    id: "title_no",
    testid: "title-no",
    label: "产权证号",
    hint: "例如：京(2021)朝不动产权第0012345号。有几套房的填其中一本即可。",
    autocomplete: "off",
    required,
  });
}

function known(enrolments, resume, look) {
  return el(
    "section",
    { class: "card known" },
    el("h2", {}, "这台设备已经核对过"),
    enrolments.map((enrolment) => [
      actionForm(
        {
          label: "继续，为这些房屋投票",
          working: "正在打开……",
          testid: "resume",
          run: () => resume(enrolment),
        },
        el(
          "p",
          { class: "known-units" },
          unbroken(enrolment.groups.flatMap(({ units }) => units.map(({ unit }) => unit))),
        ),
      ),
      actionForm({
        label: "查看我的房屋与异议",
        working: "正在打开……",
        testid: "my-share",
        kind: "quiet",
        run: () => look(enrolment),
      }),
    ]),
    el("p", { class: "hint" }, "不是您的房屋？请在下面重新核对。"),
  );
}

function person(form) {
  return {
    ...filled(form, PERSON),
    id_type: form.elements.namedItem("id_type").value,
  };
}

/** A title number, a code, or both: to replace a key it takes both. */
function proofs(form) {
  const code = form.elements.namedItem("code")?.value.trim() ?? "";
  if (code) return { code, title_no: form.elements.namedItem("title_no").value.trim() };
  return { code, ...filled(form, { title_no: "产权证号" }) };
}

function byProvider(signIn) {
  return actionForm(
    {
      label: "到身份认证平台登录",
      working: "正在跳转……",
      testid: "sign-in-at-provider",
      attributes: { class: "card" },
      run: signIn,
    },
    el("p", {}, "登录后自动回到本页，下面各项都不必填写。"),
  );
}

/** Asked of somebody who signed in and has another phone's key: `prove(claim)` replaces that key. */
export function further(problem, prove) {
  return [
    el("h1", {}, "还要一项证明"),
    el("p", { class: "problem", role: "alert" }, problem),
    actionForm(
      {
        label: "更换密钥",
        working: "正在核对……",
        testid: "prove",
        attributes: { class: "card", autocomplete: "off" },
        run: (form) => prove(filled(form, { title_no: "产权证号" })),
      },
      titleField(true),
    ),
  ];
}

/** Said to whoever comes back from the provider to another browser than he left. */
export function astray() {
  return note(
    "calm",
    "alert",
    el("p", {}, "没有接上刚才在身份认证平台的登录：它不是从这个浏览器开始的，或已经用过。"),
    el("p", {}, "请回到原来的浏览器，或就在这里从头开始。"),
  );
}

/** What he added was wrong, and the provider's word is used up: `signIn()` asks for another. */
export function spent(problem, signIn) {
  return [
    el("h1", {}, "请重新登录"),
    el("p", { class: "problem", role: "alert" }, problem),
    actionForm(
      {
        label: "到身份认证平台登录",
        working: "正在跳转……",
        testid: "sign-in-at-provider",
        attributes: { class: "card" },
        run: signIn,
      },
      el("p", {}, "登录一次只能核对一次。核对好产权证号，再登录一次即可。"),
    ),
  ];
}

/** Ask for a code and type it; the page is told nothing of whether one was sent. */
function byCode(requestCode) {
  const told = el("p", { class: "hint", role: "status", "data-testid": "code-told" });
  const ask = async ({ currentTarget: button }) => {
    button.disabled = true;
    try {
      const { form } = button;
      const answer = await requestCode({ ...person(form), ...filled(form, { phone: "手机号码" }) });
      told.textContent = answer.note;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      told.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  };
  return el(
    "details",
    { "data-testid": "by-code" },
    el("summary", {}, "用手机验证码（手边没有房本，或要更换手机）"),
    el(
      "p",
      { class: "hint" },
      "没有房本的，只填验证码即可。换了手机、原来那部又不在手边的，产权证号与验证码都要填。",
    ),
    field({
      id: "phone",
      label: "手机号码",
      hint: "业主清册上登记的号码。",
      autocomplete: "off",
      inputmode: "tel",
      required: false,
    }),
    el(
      "button",
      { type: "button", class: "button quiet", "data-testid": "request-code", onclick: ask },
      "获取验证码",
    ),
    told,
    field({
      id: "code",
      label: "验证码",
      hint: "六位数字，10 分钟内有效。",
      autocomplete: "one-time-code",
      inputmode: "numeric",
      required: false,
    }),
  );
}
