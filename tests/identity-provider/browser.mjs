// A browser: `node browser.mjs ADDRESS NAME` opens the address, signs in as NAME at the provider, agrees, and prints where
// it is sent on its own computer without going there.
const [start, name] = process.argv.slice(2);
const cookies = new Map();

async function open(address, form) {
  const answer = await fetch(address, {
    method: form ? "POST" : "GET",
    body: form && new URLSearchParams(form),
    headers: { cookie: [...cookies].map(([key, value]) => `${key}=${value}`).join("; ") },
    redirect: "manual",
  });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, key, value] = /^([^=]+)=([^;]*)/u.exec(cookie);
    cookies.set(key, value);
  }
  return answer;
}

let address = new URL(start);
let form;
for (let step = 0; step < 20; step++) {
  const answer = await open(address, form);
  form = undefined;
  const location = answer.headers.get("location");
  if (location) {
    address = new URL(location, address);
    if (address.pathname === "/") {
      console.log(address.href);
      process.exit(0);
    }
    continue;
  }
  const page = await answer.text();
  const action = /<form[^>]* action="([^"]+)"/u.exec(page)?.[1];
  if (!answer.ok || !action) throw new Error(`${answer.status} at ${address}: ${page}`);
  const prompt = /name="prompt" value="([^"]+)"/u.exec(page)?.[1];
  address = new URL(action, address);
  form = prompt === "login" ? { prompt, login: name, password: "any" } : { prompt };
}
throw new Error("the sign-in has no end");
