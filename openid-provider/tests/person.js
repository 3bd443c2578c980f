// A minimal browser without scripts: follows redirects as far as the client, and sends the forms of pages.

import { forms, totp } from "../../axum/tests/relying_parties/forms.js";

const SECRET = "client-secret-with-at-least-32-characters";
const REDIRECT_URI = "https://client.example/callback";

/** An authorization request of the client `web`. */
export function authorization(provider, more = {}) {
  const parameters = { client_id: "web", redirect_uri: REDIRECT_URI, response_type: "code", scope: "openid profile", state: "state" };
  return `${provider.url}/authorize?${new URLSearchParams({ ...parameters, ...more })}`;
}

/** The token response for the code in a redirect. */
export async function redeem(provider, redirect) {
  const code = new URL(redirect).searchParams.get("code");
  return call(provider, "/token", { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI });
}

/** The response of an endpoint to the client `web`. */
export async function call(provider, path, parameters) {
  const authorization = `Basic ${Buffer.from(`web:${SECRET}`).toString("base64")}`;
  const body = new URLSearchParams(parameters);
  const response = await fetch(`${provider.url}${path}`, { method: "POST", headers: { authorization }, body });
  return response.json();
}

export class Person {
  #cookies = new Map();

  constructor(provider, { language = "en" } = {}) {
    /** It may be another instance later. */
    this.provider = provider;
    this.language = language;
  }

  /** The cookies of the server. */
  get cookies() {
    return Object.fromEntries(this.#cookies);
  }

  async #fetch(url, options = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { "accept-language": this.language, cookie };
    const response = await fetch(new URL(url, this.provider.url), { redirect: "manual", ...options, headers });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      if (value) this.#cookies.set(name, value);
      else this.#cookies.delete(name);
    }
    return this.#follow(response);
  }

  /** `{ status, page, url }`, or `{ redirect }` when the person ends at the client. */
  async #follow(response) {
    const location = response.headers.get("location");
    if (location?.startsWith("/")) return this.#fetch(location);
    if (location) return { status: response.status, redirect: location };
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, page: await response.text(), url: response.url, type };
  }

  open(url) {
    return this.#fetch(url);
  }

  /** Sends the form of a page whose action has this path. */
  send({ page }, action, filled = {}, { button = 0 } = {}) {
    const form = forms(page).find((form) => form.action.split("?")[0] === action);
    if (!form) throw new Error(`there is no form for ${action}: ${page}`);
    const body = new URLSearchParams();
    for (const { name, type, value } of form.fields) {
      if (name && !(name in filled) && (type === "hidden" || type === "checkbox")) body.append(name, value);
    }
    for (const [name, value] of Object.entries(filled)) body.append(name, value);
    const { name, value } = form.buttons[button];
    if (name) body.append(name, value);
    return this.#fetch(form.action, { method: "POST", body });
  }

  async signUp(name, password = "a password of its own", step = undefined) {
    const page = step ?? (await this.open("/sign-up"));
    return this.send(page, "/sign-up", { name, display_name: name, email: `${name}@example.com`, password });
  }

  async logIn(name, password = "a password of its own", step = undefined) {
    const page = step ?? (await this.open("/login"));
    return this.send(page, "/login", { name, password });
  }

  /** Sets up a second factor, with the code of this step. The server takes that of the next one, too. */
  async setUpSecondFactor() {
    const step = await this.open("/account/second-factor");
    const [, secret] = step.page.match(/class="secret">([A-Z2-7]+)</);
    await this.send(step, "/account/second-factor", { code: totp(secret) });
    return secret;
  }
}

export { totp };
