// Runs the relying-party tests against each server in turn. `.ci/relying-parties` calls it.
//
// Arguments select servers by name. Default: all.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, place, Running, startBalancer, startEmulator, startPostgres, startProvider } from "./harness.js";
import { seed } from "./seed.js";

const directory = import.meta.dirname;
const INITIAL_ACCESS_TOKEN = "token-for-tests";
const ping = await freePort();

/** The settings of the reference server that the tests need. */
const SETTINGS = {
  client_certificates: "client-cert",
  initial_access_token: INITIAL_ACCESS_TOKEN,
  resource_servers__api__secret: "api-secret",
  resource_servers__api__uri: "https://api.example.com",
  resource_servers__api__sign_alg: "ES256",
};

/** Functions that start a server, and return its issuer and the processes to stop at the end. */
const starters = {
  async full(environment) {
    const variables = { REGISTER: "yes", CLIENT_CERTIFICATES: "client-cert", INITIAL_ACCESS_TOKEN };
    const server = await Running.start(join(process.env.TARGET, "debug/examples/full"), [], {
      env: { ...environment, ...variables },
      ready: (line) => line.endsWith("/.well-known/openid-configuration"),
    });
    return { issuer: server.output.split("/.well-known")[0].trim(), running: [server] };
  },

  async sqlite(environment) {
    const provider = await startProvider({ environment, settings: SETTINGS });
    return { issuer: provider.url, running: [provider] };
  },

  /** Two instances with a shared database, behind a round-robin load balancer. */
  async postgres(environment) {
    const postgres = await startPostgres();
    const port = await freePort();
    const settings = { ...SETTINGS, url: `http://localhost:${port}`, database: postgres.url };
    const instance = () => startProvider({ environment, settings });
    const instances = await Promise.all([instance(), instance()]);
    const balancer = await startBalancer(instances.map((it) => it.port), port);
    const stopped = { stop: () => balancer.close() };
    return { issuer: settings.url, running: [...instances, stopped, postgres] };
  },
};

const runs = [
  { server: "full", on: "full", version: "2.x" },
  { server: "full", on: "full", version: "3.0" },
  { server: "openid-provider", on: "sqlite", version: "2.x" },
  { server: "openid-provider", on: "sqlite", version: "3.0" },
  { server: "openid-provider", on: "postgres", version: "3.0" },
];

const names = process.argv.slice(2);
const chosen = runs.filter(({ server, on }) => names.length === 0 || names.includes(server) || names.includes(on));
if (chosen.length === 0) throw new Error(`unknown server: ${names}`);
for (const { server, on, version } of chosen) {
  console.log(`\n${server} on ${on === server ? "the emulator" : on}, API ${version}`);
  const emulator = await startEmulator(seed(ping), { version });
  const { issuer, running } = await starters[on](emulator.environment);
  const environment = { ...process.env, SERVER: server, ISSUER: issuer, PING_PORT: ping, INITIAL_ACCESS_TOKEN };
  const node = async (args, stdio) => {
    const child = spawn(process.execPath, args, { cwd: directory, env: environment, stdio });
    let output = "";
    child.stdout?.on("data", (data) => (output += data));
    const [code] = await once(child, "close");
    if (code === 0) return output;
    for (const it of running) console.error(it.output ?? "");
    process.exit(1);
  };
  if (server === "openid-provider") {
    const users = await node(["sign_up.js"], ["ignore", "pipe", "inherit"]);
    environment.USERS = join(place(), "users.json");
    writeFileSync(environment.USERS, users);
  }
  const tests = ["openid_client.test.js", "oauth4webapi.test.js"];
  await node(["--test", "--test-reporter=spec", ...tests], "inherit");
  for (const it of [...running, emulator]) await it.stop();
}
process.exit(0);
