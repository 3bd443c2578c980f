// The differences between the tested servers. SERVER selects one: `full`, the example of authlete-axum, or
// `openid-provider`, the reference server.

import { readFileSync } from "node:fs";

/** The authentication context classes of a password, and of a password with a second factor. */
export const ACRS = ["https://refeds.org/profile/sfa", "https://refeds.org/profile/mfa"];

const servers = {
  full: {
    // The page with pending backchannel authentication requests.
    phone: "/phone",
    users: {
      alice: { subject: "alice", password: "wonderland", code: "123456" },
      bob: { subject: "bob", password: "builder" },
    },
    // Users that can have a second factor, one for each test that needs it.
    secondFactorUsers: ["alice", "alice"],
    // Users set up the second factor when a client demands it, and a login with the password alone is not possible then.
    hasSetUp: false,
    // The login is also the page for the choice and for the creation of an account.
    hasAccountPage: false,
    newAccount: { fields: { name: "bob", password: "builder" }, name: "Bob" },
    lacks: {},
  },
  "openid-provider": {
    phone: "/requests",
    // Created by sign_up.js.
    users: process.env.USERS && JSON.parse(readFileSync(process.env.USERS, "utf8")),
    secondFactorUsers: ["carol", "dave"],
    hasSetUp: true,
    hasAccountPage: true,
    newAccount: {
      fields: { name: "erin", display_name: "Erin", email: "erin@example.com", password: "an-account-of-her-own" },
      name: "Erin",
    },
    lacks: {
      "protected resource": "it has no protected API",
      "claims in a language": "names of users have no language",
      credentials: "it does not issue credentials",
    },
  },
};

const name = process.env.SERVER ?? "full";
export const server = servers[name];
if (!server) throw new Error(`SERVER: unknown server ${name}`);

/** The options of a test that is skipped if the server lacks a feature. */
export const needs = (feature) => ({ skip: server.lacks[feature] ?? false });

/** The subject of a user in tokens. */
export const subject = (user) => server.users[user].subject;
