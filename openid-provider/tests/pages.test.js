// All pages: accessibility, layout on a phone, and screenshots, which go to SCREENSHOTS.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import axe from "axe-core";
import { Secret, TOTP } from "otpauth";
import { place } from "./harness.js";
import { DESKTOP, PHONE, Site } from "./people.js";

const directory = process.env.SCREENSHOTS ?? place();
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SCHEMES = ["light", "dark"];
const LOCALES = { en: "en-US", ja: "ja-JP" };
const NOT_YOU = /Use another account|別のアカウントを使う/;
const CLAIMS = JSON.stringify({ userinfo: { phone_number: null } });

/** Opens one page after the other, and calls `look` with the name of each. */
async function walk(site, person, look) {
  const { page } = person;
  const send = (selector = "main form button") => person.click(page.locator(selector).first());
  const name = site.newName();

  await person.open("/");
  await look("home");
  await person.open("/sign-up");
  await look("sign-up");
  const taken = await site.user();
  await person.signUp(taken.name, null);
  await look("sign-up-mistake");
  await person.signUp(name, null);
  await person.logOut();

  await person.authorize({ scope: "openid profile email offline_access recipes", prompt: "consent", claims: CLAIMS });
  await look("login");
  await person.logIn(name, "wrong password");
  await look("login-mistake");
  await person.logIn(name);
  await look("consent");
  await person.allow();
  await page.goBack();
  await look("error-400-ended");
  await person.authorize({ prompt: "login" });
  await look("login-again");
  await person.click(page.getByRole("link", { name: NOT_YOU }));
  await look("login-other");
  await person.authorize({ prompt: "select_account" });
  await look("choose-account");

  const elsewhere = await site.person();
  await elsewhere.open("/login");
  await elsewhere.logIn(name);
  await person.open("/account");
  await look("account");
  await elsewhere.logOut();
  await elsewhere.close();
  await person.open("/");
  await look("home-logged-in");

  const device = await site.party.call("/device_authorization", { scope: "openid profile offline_access" });
  await person.open("/device");
  await look("device");
  await page.fill("#user_code", "WRONG-CODE");
  await send();
  await look("device-mistake");
  await page.fill("#user_code", device.user_code);
  await send();
  await look("device-consent");
  await person.allow();
  await look("device-done");

  for (const binding_message of ["W4SCT", "P7-88"]) {
    const asked = await site.party.call("/backchannel_authentication", { scope: "openid email", login_hint: name, binding_message });
    assert.equal(asked.status, 200);
  }
  await person.openRequests(2);
  await look("requests");
  await send("button[value=allow]");
  await look("request-done");
  await person.open("/requests");
  await send("button[value=refuse]");
  await person.open("/requests");
  await look("requests-none");

  await person.open("/account/second-factor");
  await look("set-up");
  const totp = new TOTP({ secret: Secret.fromBase32(await page.locator("code.secret").innerText()) });
  await page.fill("#code", "000000");
  await send();
  await look("set-up-mistake");
  await page.fill("#code", totp.generate());
  await send();
  await look("account-with-second-factor");
  await person.open("/account/second-factor/remove");
  await look("remove-second-factor");
  await person.open("/account/password");
  await look("password");
  await person.open("/account/delete");
  await look("delete-account");
  await person.open("/log-out");
  await look("log-out");
  await send();
  await look("logged-out");
  await person.open("/login");
  await person.logIn(name);
  await look("second-factor");
  await page.fill("#code", "000000");
  await send();
  await look("second-factor-mistake");

  await person.open("/login?flow=old");
  await look("error-400");
  await person.open("/login");
  await page.locator("main input[name=form_token]").evaluate((input) => {
    input.value = "old";
  });
  await person.logIn(name);
  await look("error-403");
  await person.open("/nowhere");
  await look("error-404");
}

/** The pages of a provider that limits logins, and of one without Authlete. */
async function walkFaults(site, person, look) {
  for (let attempts = 0; attempts < 2; attempts += 1) {
    await person.open("/login");
    await person.logIn("somebody", "wrong password");
  }
  await look("error-429");
  await site.emulator.stop();
  await person.authorize();
  await look("error-503");
}

/** The demo app, from the request to the tokens, and its other flows. */
async function walkDemo(site, person, look) {
  const { page } = person;
  const { demo } = site.provider;
  await person.open("/");
  await look("home-with-demo");
  await person.open("/login");
  await look("login-with-demo");
  await page.goto(demo);
  await look("demo-start");
  await person.click(page.locator("form.ask button"));
  await look("demo-request");
  await person.click(page.locator("a.button"));
  await person.logIn("alice", "wonderland");
  await person.allow();
  await look("demo-result");
  await page.goto(demo);
  await look("demo-start-logged-in");
  for (const flow of ["device", "ciba"]) {
    await page.goto(`${demo}/${flow}`);
    await look(`demo-${flow}`);
    await person.click(page.locator("main form button"));
    await look(`demo-${flow}-waiting`);
  }
}

async function violations(page) {
  await page.evaluate(axe.source);
  const results = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  return results.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** Checks the page that is open: light and dark, on a desktop and on a phone. */
async function inspect(person, name, language, found) {
  const { page } = person;
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const [device, size] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
      await page.setViewportSize(size);
      await page.screenshot({ path: join(directory, `${name}-${language}-${scheme}-${device}.png`), fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 0) found.push(`${name} ${language} ${device}: ${wide} pixels too wide`);
    }
    for (const violation of await violations(page)) found.push(`${name} ${language} ${scheme}: ${violation}`);
  }
  const lang = await page.locator("html").getAttribute("lang");
  if (lang !== language) found.push(`${name}: ${lang} instead of ${language}`);
  await page.setViewportSize(DESKTOP);
}

describe("pages", () => {
  mkdirSync(directory, { recursive: true });

  for (const [language, locale] of Object.entries(LOCALES)) {
    test(`pages in ${language} have no violations of axe-core, and fit on a phone`, async () => {
      const site = await Site.start();
      const person = await site.person({ locale });
      const found = [];
      await walk(site, person, (name) => inspect(person, name, language, found));
      await person.close();
      await site.stop();
      assert.deepEqual(found, []);
    });

    test(`pages of faults in ${language} have no violations of axe-core, and fit on a phone`, async () => {
      const site = await Site.start({ settings: { login_attempts: 1 } });
      const person = await site.person({ locale });
      const found = [];
      await walkFaults(site, person, (name) => inspect(person, name, language, found));
      await person.close();
      await site.stop();
      assert.deepEqual(found, []);
    });
  }

  for (const [language, locale] of Object.entries(LOCALES)) {
    test(`pages of the demo app in ${language} have no violations of axe-core, and fit on a phone`, async () => {
      const site = await Site.startDemo();
      const person = await site.person({ locale });
      const found = [];
      await walkDemo(site, person, (name) => inspect(person, name, language, found));
      await person.close();
      await site.stop();
      assert.deepEqual(found, []);
    });
  }

  test("picture for the README shows the consent and the account", async () => {
    const size = { width: 600, height: 760 };
    const site = await Site.start({ settings: { name: "Example ID" } });
    const person = await site.person({ viewport: size, colorScheme: "light" });
    await person.signUp("alice");
    const shots = [];
    const shoot = async () => shots.push((await person.page.screenshot()).toString("base64"));
    const state = await person.authorize({ scope: "openid profile email offline_access", prompt: "consent" });
    await shoot();
    await person.allow();
    await site.party.answer(state);
    await person.page.emulateMedia({ colorScheme: "dark" });
    await person.open("/account");
    await shoot();
    const canvas = await site.person({ viewport: { width: 2 * size.width, height: size.height } });
    const images = shots.map((shot) => `<img src="data:image/png;base64,${shot}" alt="" style="display:block">`);
    await canvas.page.setContent(`<body style="margin:0;display:flex">${images.join("")}</body>`);
    const picture = await canvas.page.screenshot({ path: join(directory, "readme.png") });
    assert.ok(picture.length < 150_000, `${picture.length} bytes`);
    await canvas.close();
    await person.close();
    await site.stop();
  });
});
