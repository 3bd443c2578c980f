// Accounts and logins, as people do them in a browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { PASSWORD, Site } from "./people.js";

describe("login", () => {
  let site;
  before(async () => {
    site = await Site.start();
  });
  after(() => site.stop());

  test("sign-up of a new user ends at the account", async () => {
    const person = await site.user();
    assert.equal(person.page.url(), `${site.url}/account`);
    assert.equal(await person.heading(), "Your account");
    await person.close();
  });

  test("sign-up with a name that is taken keeps what was entered and says so", async () => {
    const first = await site.user();
    const person = await site.person();
    await person.signUp(first.name.toUpperCase());
    assert.equal(await person.page.getByRole("alert").innerText(), "This user name is taken.");
    assert.equal(await person.page.inputValue("#display_name"), "Alice Liddell");
    assert.equal(await person.page.inputValue("#password"), "");
    await first.close();
    await person.close();
  });

  test("sign-up with a bad value is refused by the server, too", async () => {
    const person = await site.person();
    const good = { name: "somebody", display_name: "Somebody", email: "somebody@example.com", password: PASSWORD };
    const bad = {
      name: [["so me", /user name/], ["ab", /user name/], ["a".repeat(65), /user name/]],
      display_name: [["  ", /your name/], ["n".repeat(101), /your name/], ["\u200b\u202e", /your name/], ["ecila\u202e", /your name/], ["...", /your name/]],
      email: [["somebody", /e-mail/], ["some body@example.com", /e-mail/]],
      password: ["short", "password", "12345678", " ".repeat(15), "p".repeat(257)].map((value) => [value, /password/]),
    };
    for (const [field, values] of Object.entries(bad)) {
      for (const [value, words] of values) {
        await person.open("/sign-up");
        // As a browser that does not check.
        await person.page.locator("main form").evaluate((form) => {
          form.noValidate = true;
          for (const input of form.elements) input.removeAttribute("maxlength");
        });
        for (const [name, content] of Object.entries({ ...good, [field]: value })) await person.page.fill(`#${name}`, content);
        await person.click(person.submit());
        assert.match(await person.page.getByRole("alert").innerText(), words, `${field}: ${value}`);
      }
    }
    await person.close();
  });

  test("login with the right password finishes the request of the client", async () => {
    const user = await site.user();
    const person = await site.person();
    const state = await person.authorize();
    assert.equal(await person.heading(), "Log in to continue to Recipe Box");
    await person.logIn(user.name);
    await person.allow();
    const { claims } = await site.party.tokens(state);
    assert.equal(claims.iss, site.url);
    assert.ok(claims.sub);
    await person.close();
  });

  test("login with a wrong password looks like one of an unknown user", async () => {
    const user = await site.user();
    const person = await site.person();
    const failed = [];
    for (const name of [user.name, "nobody-has-this"]) {
      await person.authorize();
      await person.page.fill("#name", name);
      await person.page.fill("#password", "wrong password");
      const [response] = await Promise.all([person.page.waitForNavigation(), person.submit().click()]);
      const text = (await person.page.locator("main").innerHTML()).replace(/name="(flow|form_token)" value="[^"]*"|flow=[^"]*/g, "");
      failed.push({ status: response.status(), text: text.replaceAll(name, "NAME") });
    }
    assert.equal(failed[0].status, 422);
    assert.match(failed[0].text, /The user name or the password is wrong/);
    assert.deepEqual(failed[0], failed[1]);
    assert.equal(await person.sessionCookie().then(({ name }) => name), "session");
    await person.open("/account");
    assert.match(person.page.url(), /\/login$/);
    await person.close();
  });

  test("login at a page of this server leads to that page", async () => {
    const user = await site.user();
    const person = await site.person();
    await person.open("/device?user_code=ABCD");
    assert.match(person.page.url(), /\/login$/);
    await person.logIn(user.name);
    assert.equal(person.page.url(), `${site.url}/device?user_code=ABCD`);
    await person.close();
  });

  test("session gets a new identifier at login, and the one before is worth nothing", async () => {
    const user = await site.user();
    const person = await site.person();
    await person.open("/login");
    const before = await person.sessionCookie();
    await person.logIn(user.name);
    const now = await person.sessionCookie();
    assert.notEqual(before.value, now.value);
    await person.context.addCookies([before]);
    await person.open("/account");
    assert.match(person.page.url(), /\/login$/);
    await person.close();
  });

  test("session cookie is for this server and not for scripts", async () => {
    const person = await site.user();
    const { httpOnly, sameSite, path, secure, domain } = await person.sessionCookie();
    assert.deepEqual({ httpOnly, sameSite, path, secure, domain }, { httpOnly: true, sameSite: "Lax", path: "/", secure: false, domain: "localhost" });
    await person.close();
  });

  test("password that is changed is the new one, and ends the sessions of other browsers", async () => {
    const person = await site.user();
    const elsewhere = await site.person();
    await elsewhere.open("/login");
    await elsewhere.logIn(person.name);
    const change = async (current, next) => {
      await person.page.fill("#password", current);
      await person.page.fill("#new_password", next);
      await person.click(person.button("Change the password"));
    };
    const next = "another sentence to remember";
    await person.open("/account");
    await person.click(person.page.getByRole("link", { name: "Change the password" }));
    await change("wrong password", next);
    assert.equal(await person.page.getByRole("alert").innerText(), "The current password is wrong.");
    await change(PASSWORD, next);
    assert.equal(person.page.url(), `${site.url}/account`);
    assert.equal(await person.heading(), "Your account");
    await elsewhere.open("/account");
    assert.match(elsewhere.page.url(), /\/login$/);
    await elsewhere.logIn(person.name);
    assert.match(await elsewhere.page.getByRole("alert").innerText(), /password is wrong/);
    await elsewhere.logIn(person.name, next);
    assert.equal(await elsewhere.heading(), "Your account");
    await elsewhere.close();
    await person.close();
  });

  test("account that is deleted is gone, with its sessions and the access of its apps", async () => {
    const person = await site.user();
    const elsewhere = await site.person();
    await elsewhere.open("/login");
    await elsewhere.logIn(person.name);
    const state = await person.authorize({ scope: "openid profile offline_access", prompt: "consent" });
    await person.allow();
    const { refresh_token } = await site.party.tokens(state);
    await person.open("/account");
    await person.click(person.page.getByRole("link", { name: "Delete the account" }));
    await person.page.fill("#password", "wrong password");
    await person.click(person.button("Delete the account"));
    assert.equal(await person.page.getByRole("alert").innerText(), "The current password is wrong.");
    await person.page.fill("#password", PASSWORD);
    await person.click(person.button("Delete the account"));
    assert.match(await person.page.locator("main").innerText(), /Your account was deleted/);
    for (const gone of [person, elsewhere]) {
      await gone.open("/account");
      assert.match(gone.page.url(), /\/login$/);
    }
    await person.logIn(person.name);
    assert.match(await person.page.getByRole("alert").innerText(), /password is wrong/);
    const refreshed = await site.party.call("/token", { grant_type: "refresh_token", refresh_token });
    assert.equal(refreshed.error, "invalid_grant");
    await elsewhere.close();
    await person.close();
  });

  test("prompt=login with a session asks for the password, and the session keeps its name at clients", async () => {
    const person = await site.user();
    const first = await person.authorize();
    await person.allow();
    const before = await site.party.tokens(first);
    await sleep(1100);
    const state = await person.authorize({ prompt: "login" });
    assert.equal(await person.heading(), "Confirm that it is you");
    await person.confirm();
    const { claims } = await site.party.tokens(state);
    assert.equal(claims.sub, before.claims.sub);
    assert.equal(claims.sid, before.claims.sid);
    await person.close();
  });

  test("prompt=login shows the user of the session, and logs no other user in", async () => {
    const other = await site.user();
    const person = await site.user();
    const first = await person.authorize();
    await person.allow();
    const before = await site.party.tokens(first);
    const state = await person.authorize({ prompt: "login" });
    const account = `You are logged in as Alice Liddell (${person.name}).`;
    const main = person.page.locator("main");
    assert.ok((await main.innerText()).includes(account));
    assert.equal(await person.page.inputValue("#name"), person.name);
    assert.equal(await person.page.locator("#name").getAttribute("readonly"), "");
    assert.equal(await person.page.getByRole("link", { name: "Create an account" }).count(), 0);
    await person.confirm("wrong password");
    assert.equal(await person.heading(), "Confirm that it is you");
    assert.ok((await main.innerText()).includes(account));
    // As a browser that lets the name be changed.
    await person.page.locator("#name").evaluate((input, name) => {
      input.value = name;
    }, other.name);
    await person.confirm();
    assert.equal((await site.party.tokens(state)).claims.sub, before.claims.sub);
    await other.close();
    await person.close();
  });

  test("another account at prompt=login is offered by a link, and the page says what ends by it", async () => {
    const other = await site.user();
    const person = await site.user();
    const first = await person.authorize();
    await person.allow();
    const before = await site.party.tokens(first);
    const heard = site.party.logouts.length;
    const state = await person.authorize({ prompt: "login" });
    await person.click(person.page.getByRole("link", { name: "Not you? Use another account" }));
    assert.match(await person.page.locator("main").innerText(), /you are logged out of this one/);
    await person.logIn(other.name, "wrong password");
    assert.match(await person.page.locator("main").innerText(), /you are logged out of this one/);
    await person.logIn(other.name);
    await person.allow();
    assert.notEqual((await site.party.tokens(state)).claims.sub, before.claims.sub);
    const logouts = await site.party.loggedOut(heard + 1);
    assert.equal(logouts.at(-1).sid, before.claims.sid);
    await other.close();
    await person.close();
  });

  test("login, sign-up and choice of an account that are cancelled are access_denied at the client", async () => {
    const person = await site.person();
    const cancelled = async (parameters) => {
      const state = await person.authorize(parameters);
      await person.click(person.button("Cancel and go back to Recipe Box"));
      return site.party.answer(state);
    };
    assert.equal((await cancelled()).error, "access_denied");
    assert.equal((await cancelled({ prompt: "create" })).error, "access_denied");
    await person.signUp(site.newName());
    assert.equal((await cancelled({ prompt: "select_account" })).error, "access_denied");
    assert.equal((await cancelled({ prompt: "login" })).error, "access_denied");
    await person.close();
  });

  test("start page links to the login and the sign-up, unless a user is logged in", async () => {
    const person = await site.person();
    await person.open("/");
    const link = (name) => person.page.getByRole("link", { name, exact: true });
    assert.equal(await link("Create an account").getAttribute("href"), "/sign-up");
    await person.click(link("Log in"));
    assert.match(person.page.url(), /\/login$/);
    await person.signUp(site.newName());
    await person.open("/");
    assert.equal(await link("Log in").count(), 0);
    assert.equal(await link("Create an account").count(), 0);
    await person.close();
  });

  test("max_age=0 with a session asks for the password, and the ID token has the time of it", async () => {
    const person = await site.user();
    const start = Math.floor(Date.now() / 1000);
    const state = await person.authorize({ max_age: "0" });
    assert.equal(await person.heading(), "Confirm that it is you");
    await person.confirm();
    await person.allow();
    const { claims } = await site.party.tokens(state);
    assert.ok(claims.auth_time >= start);
    await person.close();
  });

  test("max_age=1 asks for the password after a wait, and a long one does not", async () => {
    const person = await site.user();
    await sleep(2200);
    const long = await person.authorize({ max_age: "600" });
    await person.allow();
    assert.ok((await site.party.tokens(long)).claims.auth_time);
    const state = await person.authorize({ max_age: "1" });
    assert.equal(await person.heading(), "Confirm that it is you");
    await person.confirm();
    const { claims } = await site.party.tokens(state);
    assert.ok(claims.auth_time >= Math.floor(Date.now() / 1000) - 30);
    await person.close();
  });

  test("prompt=select_account continues with the account of the session", async () => {
    const person = await site.user();
    const state = await person.authorize({ prompt: "select_account" });
    assert.equal(await person.heading(), "Choose an account");
    await person.click(person.button("Continue as Alice Liddell"));
    await person.allow();
    assert.ok((await site.party.tokens(state)).claims.sub);
    await person.close();
  });

  test("prompt=select_account lets another user log in", async () => {
    const other = await site.user();
    const person = await site.user();
    const first = await person.authorize();
    await person.allow();
    const { claims: before } = await site.party.tokens(first);
    const state = await person.authorize({ prompt: "select_account" });
    await person.click(person.page.getByRole("link", { name: "Use another account" }));
    await person.logIn(other.name);
    await person.allow();
    const { claims } = await site.party.tokens(state);
    assert.notEqual(claims.sub, before.sub);
    assert.notEqual(claims.sid, before.sid);
    await other.close();
    await person.close();
  });

  test("prompt=create shows the sign-up, and the new user continues to the client", async () => {
    const person = await site.person();
    const name = site.newName();
    const state = await person.authorize({ prompt: "create", login_hint: `${name}@example.com` });
    assert.equal(await person.heading(), "Create an account");
    assert.equal(await person.page.inputValue("#email"), `${name}@example.com`);
    await person.signUp(name, null);
    await person.allow();
    const tokens = await site.party.tokens(state);
    assert.equal((await site.party.userinfo(tokens.access_token)).preferred_username ?? name, name);
    await person.close();
  });

  test("prompt=none without a session, without consent and with both is answered without a page", async () => {
    const person = await site.person();
    const none = async () => site.party.answer(await person.authorize({ prompt: "none" }));
    assert.equal((await none()).error, "login_required");
    await person.signUp(site.newName());
    assert.equal((await none()).error, "consent_required");
    const state = await person.authorize();
    await person.allow();
    await site.party.answer(state);
    assert.ok((await none()).code);
    await person.close();
  });

  test("invalid request of an app is a page that blames the app, with the error code", async () => {
    const person = await site.person();
    const { url } = site.party.request();
    const wrong = (change) => {
      const request = new URL(url);
      change(request.searchParams);
      return request.href;
    };
    const requests = [
      wrong((all) => all.set("client_id", "20000000000099")),
      wrong((all) => all.set("redirect_uri", "https://evil.example/")),
      `${site.url}/authorize`,
    ];
    for (const request of requests) {
      const response = await person.page.goto(request);
      assert.ok(response.status() >= 400 && response.status() < 500, request);
      const main = await person.page.locator("main").innerText();
      assert.match(main, /The app sent an invalid request/);
      assert.match(main, /Status 40\d, (invalid_request|invalid_client|unauthorized_client)/);
    }
    assert.match(site.provider.output, /the request of an app was refused.*\[A\d+\]/);
    await person.open("/login?flow=old");
    assert.match(await person.page.locator("main").innerText(), /This page is out of date/);
    await person.close();
  });

  test("two tabs with two requests at the same time both finish", async () => {
    const user = await site.user();
    const person = await site.person();
    const first = await person.authorize();
    const firstTab = person.page;
    const secondTab = await person.newTab();
    const second = await person.authorize({ client: "photos" });
    await person.logIn(user.name);
    await person.allow();
    const tokens = await site.party.tokens(second, "photos");
    // The login of the first tab was shown before the session had a new identifier.
    person.page = firstTab;
    await person.logIn(user.name);
    assert.match(await person.heading(), /^Recipe Box/);
    await person.allow();
    assert.equal((await site.party.tokens(first)).claims.sub, tokens.claims.sub);
    await secondTab.close();
    await user.close();
    await person.close();
  });

  test("tabs that open at the same time in a new browser both finish", async () => {
    const user = await site.user();
    const person = await site.person();
    const tabs = [];
    for (let number = 0; number < 2; number += 1) tabs.push({ page: await person.newTab(), ...site.party.request() });
    // Neither request has the cookie of the other.
    await Promise.all(tabs.map(({ page, url }) => page.goto(url)));
    for (const { page, state } of tabs) {
      person.page = page;
      await person.logIn(user.name);
      if (/\/login\?/.test(page.url())) await person.logIn(user.name);
      if (/\/consent\?/.test(page.url())) await person.allow();
      assert.ok((await site.party.answer(state)).code);
    }
    await user.close();
    await person.close();
  });

  test("login that was open in another tab leads to the account", async () => {
    const user = await site.user();
    const person = await site.person();
    await person.open("/login");
    const firstTab = person.page;
    await person.newTab();
    await person.open("/login");
    await person.logIn(user.name);
    person.page = firstTab;
    await person.logIn(user.name);
    assert.equal(person.page.url(), `${site.url}/account`);
    assert.equal(await person.heading(), "Your account");
    await user.close();
    await person.close();
  });

  test("two consents that wait in two tabs are each for their client", async () => {
    const person = await site.user();
    const first = await person.authorize();
    const firstTab = person.page;
    await person.newTab();
    const second = await person.authorize({ client: "photos" });
    assert.match(await person.heading(), /^Photo Prints/);
    await person.refuse();
    assert.equal((await site.party.answer(second)).error, "access_denied");
    person.page = firstTab;
    await person.allow();
    assert.ok((await site.party.tokens(first)).access_token);
    await person.close();
  });

  test("keyboard alone is enough to log in, to refuse a scope and to allow the rest", async () => {
    const user = await site.user();
    const person = await site.person();
    const state = await person.authorize();
    const { keyboard } = person.page;
    const focused = () => person.page.evaluate(() => document.activeElement.value || document.activeElement.id || document.activeElement.className);
    const tabTo = async (wanted) => {
      for (let steps = 0; (await focused()) !== wanted; steps += 1) {
        assert.ok(steps < 20, `Tab leads to ${wanted} at ${person.page.url()}`);
        await keyboard.press("Tab");
        // The body has the focus where the page has just loaded, or ends.
        const outline = await person.page.evaluate(() => {
          const { activeElement, body } = document;
          return activeElement === body ? "body" : getComputedStyle(activeElement).outlineStyle;
        });
        assert.notEqual(outline, "none", "the focus can be seen");
      }
    };
    // The first field gets the focus once the page is drawn.
    await person.page.waitForFunction(() => document.activeElement.id === "name");
    await keyboard.type(user.name);
    await keyboard.press("Tab");
    await keyboard.type(PASSWORD);
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await person.page.waitForURL(/\/consent\?/);
    await tabTo("skip");
    await keyboard.press("Enter");
    await person.page.waitForURL(/#content$/);
    await tabTo("email");
    await keyboard.press("Space");
    await tabTo("allow");
    await Promise.all([person.page.waitForNavigation(), keyboard.press("Enter")]);
    const { scope } = await site.party.tokens(state);
    assert.ok(scope.includes("profile") && !scope.includes("email"), scope);
    await person.close();
  });

  test("wrong passwords from another address do not lock the owner out, and right ones do not count", async () => {
    const limited = await Site.start({ settings: { login_attempts: 2, address_header: "x-forwarded-for" } });
    const at = (address) => limited.person({ extraHTTPHeaders: { "x-forwarded-for": address } });
    const owner = await at("192.0.2.1");
    await owner.signUp("owner");
    for (let round = 0; round < 4; round += 1) {
      await owner.logOut();
      await owner.open("/login");
      await owner.logIn("owner");
      assert.equal(await owner.heading(), "Your account");
    }
    const attacker = await at("2001:db8::1");
    for (let round = 0; round < 3; round += 1) {
      await attacker.open("/login");
      await attacker.logIn("owner", "wrong password");
    }
    assert.match(await attacker.page.locator("main").innerText(), /too many attempts/);
    const neighbour = await at("2001:db8::2");
    await neighbour.open("/login");
    await neighbour.logIn("owner", "wrong password");
    assert.match(await neighbour.page.locator("main").innerText(), /too many attempts/);
    await owner.logOut();
    await owner.open("/login");
    await owner.logIn("owner");
    assert.equal(await owner.heading(), "Your account");
    for (const person of [owner, attacker, neighbour]) await person.close();
    await limited.stop();
  });

  test("too many logins of one account are refused, and the page says so", async () => {
    const limited = await Site.start({ settings: { login_attempts: 2 } });
    const person = await limited.person();
    await person.open("/login");
    for (const status of [422, 422, 429]) {
      await person.open("/login");
      await person.page.fill("#name", "somebody");
      await person.page.fill("#password", "wrong password");
      const [response] = await Promise.all([person.page.waitForNavigation(), person.submit().click()]);
      assert.equal(response.status(), status);
    }
    assert.match(await person.page.locator("main").innerText(), /too many attempts/);
    // The page for it leads back to the login, and to the request that it is for.
    await person.authorize();
    const login = person.page.url();
    await person.logIn("somebody", "wrong password");
    await person.click(person.page.getByRole("link", { name: "Try again" }));
    assert.equal(person.page.url(), login);
    assert.equal(await person.heading(), "Log in to continue to Recipe Box");
    await person.logIn("somebody", "wrong password");
    await person.click(person.button("日本語"));
    assert.equal(await person.heading(), "「Recipe Box」に進むにはログインしてください");
    await person.close();
    await limited.stop();
  });

  test("too many codes of devices are refused, and the page leads back to the form", async () => {
    const person = await site.user();
    let status;
    for (let attempts = 0; attempts < 12 && status !== 429; attempts += 1) {
      await person.open("/device");
      await person.page.fill("#user_code", "WRONG-CODE");
      const [response] = await Promise.all([person.page.waitForNavigation(), person.submit().click()]);
      status = response.status();
    }
    assert.equal(status, 429);
    await person.click(person.page.getByRole("link", { name: "Try again" }));
    assert.equal(person.page.url(), `${site.url}/device`);
    assert.equal(await person.heading(), "Connect a device");
    await person.close();
  });
});
