// Logos of clients on the consent page: whoever serves one learns who opens the page.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Site } from "./people.js";

const ORIGIN = "https://cdn.recipes.example";
const LOGO = `${ORIGIN}/logo.png`;
/** It begins like the allowed origin. */
const OTHER_LOGO = `${ORIGIN}.attacker.example/logo.png`;
const CLIENTS = { recipes: { logoUri: LOGO }, photos: { logoUri: OTHER_LOGO } };
/** A single pixel. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** A person at the consent page of a client, and the requests that the page made to anyone but the provider. */
async function atConsent(site, client) {
  const person = await site.user();
  // The browser finds an image at each of these origins.
  await person.context.route(/^https:/, (route) => route.fulfill({ contentType: "image/png", body: PNG }));
  const requests = [];
  person.context.on("request", (request) => {
    if (!request.url().startsWith(`${site.url}/`)) requests.push(request);
  });
  await person.authorize({ client });
  assert.match(await person.heading(), / wants/);
  await person.page.waitForLoadState("networkidle");
  return { person, requests, image: person.page.locator("main img") };
}

/** The page has the initial of the client instead of its logo. */
async function assertNoLogo({ person, requests, image }, initial) {
  assert.equal(await image.count(), 0);
  assert.equal(await person.page.locator("main .initial").innerText(), initial);
  const page = person.seen.findLast(({ url }) => url.startsWith(`${person.site.url}/consent`));
  assert.ok(!page.text.includes("logo.png"));
  assert.deepEqual(requests.map((request) => request.url()), []);
  await person.close();
}

async function withSite(settings, act) {
  const site = await Site.start({ settings, clients: CLIENTS });
  try {
    await act(site);
  } finally {
    await site.stop();
  }
}

describe("logo of a client", () => {
  test("logo without logo_origins is not shown, and its origin gets no request", () =>
    withSite({}, async (site) => {
      const opened = await atConsent(site, "recipes");
      await assertNoLogo(opened, "R");
      const page = opened.person.seen.findLast(({ url }) => url.startsWith(`${site.url}/consent`));
      assert.match(page.headers, /img-src 'self'"/);
    }));

  test("logo at one of logo_origins is shown, and its origin gets neither referrer nor cookie", () =>
    withSite({ logo_origins: `https://other.example ${ORIGIN}` }, async (site) => {
      const { person, requests, image } = await atConsent(site, "recipes");
      assert.equal(await image.getAttribute("src"), LOGO);
      assert.ok(await image.isVisible());
      assert.ok((await image.evaluate((element) => element.naturalWidth)) > 0, "the image was loaded");
      assert.equal(await person.page.locator("main .initial").count(), 0);
      assert.deepEqual(requests.map((request) => request.url()), [LOGO]);
      const headers = await requests[0].allHeaders();
      assert.equal(headers.referer, undefined);
      assert.equal(headers.cookie, undefined);
      await person.close();
    }));

  test("logo at an origin that begins like one of logo_origins is not shown, and its origin gets no request", () =>
    withSite({ logo_origins: ORIGIN }, async (site) => assertNoLogo(await atConsent(site, "photos"), "P")));
});
