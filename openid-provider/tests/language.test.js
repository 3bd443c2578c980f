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

  test("language that the client asks for goes before that of the browser, on all pages of the request", async () => {
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

  test("language can be chosen on a page with a mistake, and the request of the client goes on", async () => {
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

  test("Japanese consent has no line on a phone that ends half-way", async () => {
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

  test("page to come back to is one of this server", async () => {
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
