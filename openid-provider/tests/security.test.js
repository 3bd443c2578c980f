// Attacks of other sites on users who are logged in.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PASSWORD, Site } from "./people.js";
import { CLIENTS } from "./relying_party.js";

describe("security", () => {
  let site;
  before(async () => {
    site = await Site.start();
  });
  after(() => site.stop());

  const forms = (name) => ({
    "/login": { name, password: PASSWORD },
    "/consent": { decision: "allow", scope: "openid" },
    "/account/disconnect": { client_id: CLIENTS.recipes },
    "/account/second-factor/remove": { password: PASSWORD },
    "/account/delete": { password: PASSWORD },
    "/account/password": { password: PASSWORD, new_password: "a password of somebody else" },
    "/log-out": {},
  });

  test("form of another site is refused with a page, and nothing happens", async () => {
    const person = await site.user();
    const state = await person.authorize();
    await person.allow();
    await site.party.answer(state);
    for (const [path, fields] of Object.entries(forms(person.name))) {
      await person.page.goto(`${site.party.url}/forge?${new URLSearchParams({ action: `${site.url}${path}`, ...fields })}`);
      const [response] = await Promise.all([person.page.waitForNavigation(), person.page.getByRole("button").click()]);
      assert.equal(response.status(), 403, path);
      assert.match(await person.page.locator("main").innerText(), /did not come from a page of this server/);
      const link = person.page.getByRole("link", { name: "Try again" });
      assert.equal(await link.getAttribute("href"), path);
    }
    await person.open("/account");
    assert.ok(await person.button("Disconnect: Recipe Box").isVisible());
    await person.close();
  });

  test("form with the cookie and without the token of the page is refused", async () => {
    const person = await site.user();
    const waiting = await person.authorize({ prompt: "consent" });
    const flow = new URL(person.page.url()).searchParams.get("flow");
    for (const [path, fields] of Object.entries(forms(person.name))) {
      for (const form_token of [undefined, "", "guessed"]) {
        const form = { ...fields, ...(form_token !== undefined && { form_token }) };
        const response = await person.context.request.post(`${site.url}${path}`, { form, maxRedirects: 0 });
        assert.equal(response.status(), 403, path);
      }
    }
    // With the name of the request, the page is shown again, and that is all.
    const form = { decision: "allow", scope: "openid", form_token: "guessed" };
    const response = await person.context.request.post(`${site.url}/consent?flow=${flow}`, { form, maxRedirects: 0 });
    assert.equal(response.status(), 303);
    assert.equal(response.headers().location, `/consent?flow=${flow}`);
    assert.ok(!site.party.answers.has(waiting));
    await person.close();
  });

  test("form that is too large is a page that says so", async () => {
    const person = await site.user();
    const form = { name: "n".repeat(70_000) };
    const response = await person.context.request.post(`${site.url}/login`, { form, maxRedirects: 0 });
    assert.equal(response.status(), 413);
    const page = await response.text();
    assert.match(page, /What you entered is too long/);
    assert.match(page, /href="\/login">Try again/);
    await person.close();
  });

  test("page in a frame of another site is not shown", async () => {
    const person = await site.user();
    const { url } = site.party.request();
    for (const framed of [`${site.url}/account`, `${site.url}/login`, url]) {
      await person.page.goto(`${site.party.url}/frame?${new URLSearchParams({ url: framed })}`);
      const [, frame] = person.page.frames();
      assert.equal(await frame.locator("form").count(), 0, framed);
      assert.match(frame.url(), /^chrome-error:/);
    }
    assert.ok(person.problems.length >= 3);
    for (const problem of person.problems) assert.match(problem, /frame-ancestors|X-Frame-Options/i);
    person.problems = [];
    await person.close();
  });

  test("form_post page in a frame of another site is not shown", async () => {
    const person = await site.user();
    const first = await person.authorize();
    await person.allow();
    await site.party.answer(first);
    const { url, state } = site.party.request({ response_mode: "form_post" });
    await person.page.goto(`${site.party.url}/frame?${new URLSearchParams({ url })}`);
    assert.ok(!site.party.answers.has(state));
    person.problems = [];
    await person.close();
  });

  test("pages are neither stored nor sniffed, and send no referrer", async () => {
    const person = await site.user();
    await person.authorize();
    for (const path of ["/", "/account", "/nowhere", person.page.url()]) {
      const response = await person.context.request.get(new URL(path, site.url).href);
      const headers = response.headers();
      assert.equal(headers["cache-control"], "no-store", path);
      assert.equal(headers["x-content-type-options"], "nosniff", path);
      assert.equal(headers["referrer-policy"], "no-referrer", path);
      assert.match(headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/, path);
      assert.equal(headers["strict-transport-security"], undefined);
    }
    await person.close();
  });

  test("redirects are not stored", async () => {
    const person = await site.user();
    const { url } = site.party.request({ prompt: "consent" });
    let next = url;
    for (let hops = 0; hops < 2; hops += 1) {
      const response = await person.context.request.get(new URL(next, site.url).href, { maxRedirects: 0 });
      assert.equal(response.headers()["cache-control"], "no-store", next);
      next = response.headers().location ?? `/continue${new URL(next, site.url).search}`;
    }
    const back = await person.context.request.get(new URL(next, site.url).href, { maxRedirects: 0 });
    assert.equal(back.status(), 303);
    assert.equal(back.headers()["cache-control"], "no-store");
    await person.close();
  });

  test("text of users and clients is text in pages", async () => {
    const person = await site.person();
    await person.open("/sign-up");
    await person.page.fill("#name", "mallory");
    await person.page.fill("#display_name", "<img src=x onerror=alert(1)> {}");
    await person.page.fill("#email", "m@example.com");
    await person.page.fill("#password", PASSWORD);
    await person.click(person.page.locator("main form button"));
    assert.ok((await person.page.locator("main").innerText()).includes("<img src=x onerror=alert(1)> {}"));
    await person.authorize({ prompt: "select_account" });
    assert.ok(await person.button("Continue as <img src=x onerror=alert(1)> {}").isVisible());
    await person.open(`/device?user_code=${encodeURIComponent('"><script>alert(1)</script>')}`);
    assert.equal(await person.page.inputValue("#user_code"), '"><script>alert(1)</script>');
    await person.close();
  });

  test("cookies behind TLS are for this host alone, and browsers stay with TLS", async () => {
    const behind = await Site.start({ settings: { url: "https://op.example" } });
    const response = await fetch(`http://127.0.0.1:${behind.provider.port}/login`);
    const [cookie] = response.headers.getSetCookie();
    assert.match(cookie, /^__Host-session=/);
    const attributes = cookie.split(/; */).slice(1).map((it) => it.split("=")[0].toLowerCase());
    for (const attribute of ["secure", "httponly", "samesite", "path"]) assert.ok(attributes.includes(attribute), cookie);
    assert.ok(!attributes.includes("domain"), cookie);
    assert.match(response.headers.get("strict-transport-security"), /max-age=31536000/);
    await behind.stop();
  });
});
