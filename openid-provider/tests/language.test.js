// English and Japanese.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PHONE, Site } from "./people.js";

const LOG_IN = { en: "Log in to continue to Recipe Box", ja: "「Recipe Box」に進むにはログインしてください" };

describe("language", () => {
  let site;
  before(async () => {
    site = await Site.start();
  });
  after(() => site.stop());

  const tag = (person) => person.page.locator("html").getAttribute("lang");

  test("language is that of the browser", async () => {
    for (const [locale, language] of [["ja-JP", "ja"], ["en-GB", "en"], ["fr-FR", "en"]]) {
      const person = await site.person({ locale });
      await person.authorize();
      assert.equal(await tag(person), language);
      assert.equal(await person.heading(), LOG_IN[language]);
      await person.close();
    }
  });

  test("language that the client requests takes precedence over that of the browser, on all pages of the request", async () => {
    const user = await site.user();
    const person = await site.person();
    await person.authorize({ ui_locales: "de ja en" });
    assert.equal(await person.heading(), LOG_IN.ja);
    await person.logIn(user.name, "wrong password");
    assert.equal(await tag(person), "ja");
    await person.click(person.page.getByRole("link", { name: "アカウントを作成" }));
    assert.equal(await tag(person), "ja");
    await person.authorize({ ui_locales: "ja" });
    await person.logIn(user.name);
    assert.equal(await person.heading(), "「Recipe Box」があなたのアカウントへのアクセスを求めています");
    await person.authorize({ ui_locales: "ja", claims: JSON.stringify({ id_token: { acr: { essential: true, values: ["https://refeds.org/profile/mfa"] } } }) });
    assert.equal(await person.heading(), "2 段階認証");
    await user.close();
    await person.close();
  });

  test("language that the user chooses stays: at the same page, after the login, the logout and at errors", async () => {
    const user = await site.user();
    const person = await site.person();
    const state = await person.authorize({ ui_locales: "en" });
    await person.click(person.button("日本語"));
    assert.equal(await person.heading(), LOG_IN.ja);
    await person.logIn(user.name);
    assert.equal(await tag(person), "ja");
    await person.allow();
    assert.ok((await site.party.answer(state)).code);
    await person.open("/nowhere");
    assert.equal(await tag(person), "ja");
    await person.logOut();
    assert.equal(await tag(person), "ja");
    await person.open("/");
    assert.equal(await tag(person), "ja");
    await person.click(person.button("English"));
    assert.equal(await person.heading(), "Welcome");
    await user.close();
    await person.close();
  });

  test("language can be chosen on a page with a mistake, and the request of the client continues", async () => {
    const user = await site.user();
    const person = await site.person();
    const state = await person.authorize();
    await person.logIn(user.name, "wrong password");
    await person.click(person.button("日本語"));
    assert.equal(await person.heading(), LOG_IN.ja);
    assert.match(await person.page.getByRole("alert").innerText(), /正しくありません/);
    assert.equal(await person.page.inputValue("#name"), user.name);
    assert.ok(!person.page.url().includes(user.name), person.page.url());
    await person.confirm();
    await person.allow();
    assert.ok((await site.party.answer(state)).code);
    await user.close();
    await person.close();
  });

  test("language can be chosen at a refused sign-up, which keeps all but the password", async () => {
    const taken = await site.user();
    const person = await site.person();
    const state = await person.authorize({ prompt: "create" });
    await person.signUp(taken.name, null);
    await person.click(person.button("日本語"));
    assert.equal(await person.heading(), "アカウントを作成");
    assert.equal(await person.page.getByRole("alert").innerText(), "このユーザー名はすでに使われています。");
    const values = { name: taken.name, display_name: "Alice Liddell", email: `${taken.name}@example.com`, password: "" };
    for (const [name, value] of Object.entries(values)) assert.equal(await person.page.inputValue(`#${name}`), value, name);
    assert.ok(!person.page.url().includes(taken.name), person.page.url());
    await person.signUp(site.newName(), null);
    await person.allow();
    assert.ok((await site.party.answer(state)).code);
    // A sign-up that begins later has nothing of it.
    await person.logOut();
    await person.open("/sign-up");
    assert.equal(await person.page.inputValue("#name"), "");
    assert.equal(await person.page.getByRole("alert").count(), 0);
    await taken.close();
    await person.close();
  });

  test("refused sign-up keeps a display name of 100 characters, until the page is opened again", async () => {
    const person = await site.person();
    await person.open("/sign-up");
    const name = "名".repeat(100);
    const fields = { name: site.newName(), display_name: name, email: "a@example.com", password: "short" };
    for (const [field, value] of Object.entries(fields)) await person.page.fill(`#${field}`, value);
    // The page has these checks as well. The server must not depend on them.
    await person.page.locator("form:has(#name)").evaluate((form) => (form.noValidate = true));
    await person.click(person.submit());
    assert.equal(await person.page.getByRole("alert").count(), 1);
    assert.equal(await person.page.inputValue("#display_name"), name);
    await person.click(person.button("日本語"));
    assert.equal(await person.page.inputValue("#display_name"), name);
    const refused = person.page.url();
    await person.open("/sign-up");
    await person.open(refused);
    assert.equal(await person.page.inputValue("#display_name"), "");
    await person.close();
  });

  test("language can be chosen at wrong codes and passwords, and the page stays", async () => {
    const person = await site.user();
    const submit = async (path, fields) => {
      await person.open(path);
      for (const [name, value] of Object.entries(fields)) await person.page.fill(`#${name}`, value);
      await person.click(person.submit());
      assert.equal(await person.page.getByRole("alert").count(), 1, path);
    };
    const pages = [
      ["/device", { user_code: "WRONG-CODE" }, "端末を接続"],
      ["/account/second-factor", { code: "000000" }, "2 段階認証"],
      ["/account/password", { password: "wrong password", new_password: "a sentence of another kind" }, "パスワードを変更"],
      ["/account/delete", { password: "wrong password" }, "アカウントを削除"],
    ];
    for (const [path, fields, heading] of pages) {
      await submit(path, fields);
      await person.click(person.button("日本語"));
      assert.equal(await person.heading(), heading);
      await person.click(person.button("English"));
    }
    await person.close();
  });

  test("language can be chosen after the account was deleted, and nothing leads back to it", async () => {
    const person = await site.user();
    await person.open("/account/delete");
    await person.confirm();
    await person.click(person.button("日本語"));
    assert.equal(await person.heading(), "ようこそ");
    await person.signUp(site.newName());
    assert.equal(person.page.url(), `${site.url}/account`);
    await person.close();
  });

  test("language can be chosen where a form has just been sent", async () => {
    const person = await site.user();
    const { user_code } = await site.party.call("/device_authorization", { scope: "openid" });
    await person.open("/device");
    await person.page.fill("#user_code", user_code);
    await person.click(person.button("Continue"));
    await person.click(person.button("日本語"));
    assert.equal(await person.page.inputValue("#user_code"), user_code);
    await person.click(person.button("続ける"));
    await person.allow();
    await person.click(person.button("日本語"));
    assert.equal(await person.heading(), "端末を接続");
    await person.logOut();
    await person.click(person.button("English"));
    assert.equal(await tag(person), "en");
    assert.equal(await person.page.locator("main form").count(), 0);
    await person.close();
  });

  test("lines of the Japanese consent on a phone are filled", async () => {
    const person = await site.user({ viewport: PHONE, locale: "ja-JP" });
    await person.authorize();
    const paragraphs = await person.page.locator("main p:not(:has(a))").all();
    assert.ok(paragraphs.length > 0);
    for (const paragraph of paragraphs) {
      const lines = await paragraph.evaluate((element) => {
        const words = document.createRange();
        words.selectNodeContents(element);
        return [...words.getClientRects()].map(({ width }) => width / element.clientWidth);
      });
      // The last one is as long as it is.
      for (const filled of lines.slice(0, -1)) assert.ok(filled > 0.6, `${await paragraph.innerText()}: ${filled}`);
    }
    await person.close();
  });

  test("redirect after the choice of a language stays on this server", async () => {
    const person = await site.person();
    for (const here of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "/\t/evil.example/", ""]) {
      await person.open("/");
      await person.page.locator("input[name=return_to]").evaluate((input, value) => {
        input.value = value;
      }, here);
      await person.click(person.button("日本語"));
      assert.ok(person.page.url().startsWith(`${site.url}/`), here);
    }
    await person.close();
  });
});
