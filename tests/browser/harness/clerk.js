/** Somebody who speaks the protocol without a screen: brings records into states that people would take days for. */

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

export class Clerk {
  static async of(server, name) {
    const clerk = new Clerk();
    clerk.url = server.url;
    const code = server.codes(name).link.split("/").pop();
    const { token, user } = await clerk.ask("POST", "/api/v1/enrol", { code, device_name: `${name} (API)` });
    Object.assign(clerk, { token, user });
    return clerk;
  }

  async ask(method, path, body) {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { "Content-Type": "application/json", "Accept-Language": "zh-CN", ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${said}`);
    return said === "" ? undefined : JSON.parse(said);
  }

  /** Writes one change of a record that says these values; what became of it. */
  async write(kind, record, values, { replaces = {}, at = new Date() } = {}) {
    const [outcome] = await this.#send([changeOf(kind, record, values, replaces, at)]);
    return outcome;
  }

  /** Writes many records in one request, each told as `[kind, record, values]`. */
  async writeAll(records, { at = new Date() } = {}) {
    return this.#send(records.map(([kind, record, values]) => changeOf(kind, record, values, {}, at)));
  }

  async #send(changes) {
    const body = { protocol: 1, device_time: new Date().toISOString(), cursor: null, ticket: null, checkpoint: null, changes, limit: 1 };
    return (await this.ask("POST", "/api/v1/sync", body)).outcomes;
  }

  /** The heads of a record, by field. */
  async heads(record) {
    return (await this.ask("GET", `/api/v1/records/${record}`)).record.fields;
  }

  /** Signs all that stands in a record. */
  async sign(kind, record, signoff) {
    const heads = await this.heads(record);
    const { kinds } = await this.ask("GET", "/api/v1/schema");
    const talk = kinds.find(({ name }) => name === kind).fields.flatMap(({ name, talk }) => (talk ? [name] : []));
    const covers = Object.entries(heads).flatMap(([field, heads]) => (talk.includes(field) ? [] : heads.map(({ edit }) => edit)));
    return this.write(kind, record, { signoffs: { covers, name: this.user.display_name, ...signoff } });
  }

  /** Refuses what waits in the held box, with that reason. */
  async refuseHeld(reason) {
    const { held } = await this.ask("GET", "/api/v1/held");
    for (const { id } of held) {
      await this.ask("POST", `/api/v1/held/${id}/refuse`, { reason });
    }
  }
}

function changeOf(kind, record, values, replaces, at) {
  const edits = Object.entries(values).map(([field, value]) => ({ field, value, replaces: replaces[field] ?? [] }));
  return { id: randomUUID(), record, kind, made_at: at.toISOString(), edits };
}
