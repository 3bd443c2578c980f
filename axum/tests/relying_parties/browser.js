// A person at a browser.

import assert from "node:assert/strict";
import { REDIRECT_URI } from "./keys.js";

export class Browser {
  #cookies = new Map();
  /** The hidden fields of the page that is shown. */
  #hidden = [];

  constructor(issuer) {
    this.issuer = issuer;
  }

  async #fetch(url, options = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", ...options, headers: { ...options.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const [name, value] = pair.split("=");
      this.#cookies.set(name, value);
    }
    return response;
  }

  /** The page for an authorization request, or where the browser is sent: `{ page }`, `{ url }` or `{ form }`. */
  async open(url) {
    return this.#read(await this.#fetch(url));
  }

  async send(path, fields) {
    const body = new URLSearchParams(fields);
    for (const [name, value] of this.#hidden) body.append(name, value);
    return this.#read(await this.#fetch(`${this.issuer}${path}`, { method: "POST", body }));
  }

  async logIn(name = "alice", password = "wonderland", code = "") {
    return this.send("/login", { name, password, code });
  }

  /** Agrees to all scopes of the page but some. */
  async agree({ page }, refused = []) {
    const scopes = [...page.matchAll(/name=scope value="([^"]*)"/g)].map(([, scope]) => scope);
    const kept = scopes.filter((scope) => !refused.includes(scope)).map((scope) => ["scope", scope]);
    return this.send("/consent", [...kept, ["agree", "yes"]]);
  }

  /** Through all pages until the client gets an answer. */
  async authorize(url, { refused, code } = {}) {
    let step = await this.open(url);
    for (let pages = 0; step.page && pages < 4; pages += 1) {
      const isLogin = step.page.includes("action=/login");
      step = isLogin ? await this.logIn("alice", "wonderland", code) : await this.agree(step, refused);
    }
    assert.ok(!step.page, step.page);
    return step.url ?? step.form;
  }

  async #read(response) {
    const location = response.headers.get("location");
    if (location?.startsWith("/")) return this.open(`${this.issuer}${location}`);
    if (location) {
      assert.ok(location.startsWith(new URL(REDIRECT_URI).origin), location);
      return { url: new URL(location) };
    }
    const page = await response.text();
    assert.equal(response.status, 200, page);
    if (page.includes(REDIRECT_URI)) {
      // The page of `response_mode=form_post`, which sends itself.
      const fields = [...page.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name, value]) => [name, value]);
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return { form: new Request(REDIRECT_URI, { method: "POST", headers, body: new URLSearchParams(fields) }) };
    }
    this.#hidden = [...page.matchAll(/<input type=hidden name=(\w+) value="([^"]*)">/g)].map(([, name, value]) => [name, value]);
    return { page };
  }
}
