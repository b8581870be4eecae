/** What a file of stories begins with: a server and a phone. Both end with it, and no page may have had a fault. */

import assert from "node:assert/strict";
import { after } from "node:test";
import { Phone } from "./phone.js";
import { Server } from "./server.js";

/** A server and a new phone; somebody's, synced and ready to be without a line, where a name is given. */
export async function scene(name) {
  const server = await Server.start();
  const phone = await Phone.start(server.url);
  after(async () => {
    await phone.stop();
    await server.stop();
    assert.deepEqual(phone.faults, []);
  });
  if (name !== undefined) {
    await phone.enrolBy(server.codes(name).link);
    await phone.sees("点日期补写");
    await phone.isReadyOffline();
  }
  return { server, phone };
}
