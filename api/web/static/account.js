// Signing in as staff, and replacing a one-time password before anything else.

import * as api from "./api.js";
import { el } from "./dom.js";
import { actionForm, field, filled } from "./page.js";

const MIN_PASSWORD = 10;

export function signIn(done) {
  return el(
    "section",
    { class: "card account" },
    el("h1", {}, "工作人员登录"),
    el("p", { class: "hint" }, "供召集人、街道办事处和居民委员会查看表决进度。"),
    actionForm(
      {
        label: "登录",
        working: "正在登录……",
        testid: "sign-in",
        run: async (form) => {
          const { username, password } = filled(form, { username: "用户名", password: "密码" });
          await done(await api.signIn(username, password), password);
        },
      },
      field({ id: "username", label: "用户名", autocomplete: "username" }),
      field({ id: "password", label: "密码", type: "password", autocomplete: "current-password" }),
    ),
  );
}

/**
 * `known` is the one-time password when it was typed a moment ago. A new password ends every
 * session of the account, so this signs in again with it.
 */
export function changePassword(username, known, done) {
  return el(
    "section",
    { class: "card account" },
    el("h1", {}, "请先设置新密码"),
    el("p", { class: "hint" }, "您用的是一次性密码。设置新密码后才能继续。"),
    actionForm(
      {
        label: "保存新密码",
        working: "正在保存……",
        testid: "change-password",
        run: async (form) => {
          const labels = { new_password: "新密码", new_password_again: "再输一遍新密码" };
          const typed = filled(form, known ? labels : { old_password: "一次性密码", ...labels });
          if (typed.new_password !== typed.new_password_again)
            throw new api.Problem("两次输入的新密码不一样。", 0);
          await api.changePassword(known ?? typed.old_password, typed.new_password);
          await api.signIn(username, typed.new_password);
          await done();
        },
      },
      known
        ? null
        : field({
            id: "old_password",
            testid: "old-password",
            label: "一次性密码",
            type: "password",
            autocomplete: "current-password",
          }),
      field({
        id: "new_password",
        testid: "new-password",
        label: "新密码",
        hint: `至少 ${MIN_PASSWORD} 个字符。`,
        type: "password",
        autocomplete: "new-password",
        minlength: MIN_PASSWORD,
      }),
      field({
        id: "new_password_again",
        testid: "new-password-again",
        label: "再输一遍新密码",
        type: "password",
        autocomplete: "new-password",
      }),
    ),
  );
}
