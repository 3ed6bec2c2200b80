// An OpenID Connect provider on loopback: prints its issuer, reads the platform's callback, prints "ready", and serves
// until its input ends. Whoever signs in is whom they say they are: their name is subject and preferred_username.
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { Provider } from "oidc-provider";

const input = createInterface({ input: process.stdin });
const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const issuer = `http://127.0.0.1:${server.address().port}`;
console.log(`issuer ${issuer}`);

const [callback] = await once(input, "line");
const provider = new Provider(issuer, {
  clients: [{ client_id: "keyfold", client_secret: process.env.CLIENT_SECRET, redirect_uris: [callback] }],
  claims: { profile: ["preferred_username"], email: ["email", "email_verified"] },
  // The platform reads the ID token and never asks the user info endpoint.
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["of this test alone"] },
  findAccount: (_, name) => ({
    accountId: name,
    claims: () => ({ sub: `subject of ${name}`, preferred_username: name, email: `${name}@example.org`, email_verified: true }),
  }),
});
server.on("request", provider.callback());
console.log("ready");
await once(input, "close");
process.exit(0);
