/** Phones and browsers, line by line. */

import { Button } from "../../ui/widgets/button.tsx";
import { administration as words } from "../../ui/words/administration.ts";
import { moment } from "../../ui/words/dates.ts";
import { useWords } from "../../ui/words/language.ts";
import type { Mark } from "../states.ts";
import { MarkTags, TagShown } from "../tags.tsx";
import { type DeviceLine, clockOf } from "./devices.ts";

interface TableProps {
  devices: readonly DeviceLine[];
  /** What a county is called, where lines name it. */
  county?: ((code: string) => string) | undefined;
  /** For whoever may let a device in no more. */
  onRevoke?: ((device: DeviceLine) => void) | undefined;
}

export function DeviceTable({ devices, county, onRevoke }: TableProps) {
  const say = useWords();
  return (
    <div class="table-box">
      <table class="lines devices">
        <thead>
          <tr>
            <th scope="col">{say(words.whose)}</th>
            <th scope="col">{say(words.device)}</th>
            <th scope="col" class="when">
              {say(words.lastSeen)}
            </th>
            <th scope="col" class="nowrap">
              {say(words.clock)}
            </th>
            <th scope="col" class="number">
              {say(words.photosMissing)}
            </th>
            <th scope="col" class="number">
              {say(words.inHeldBox)}
            </th>
            <th scope="col">{say(words.state)}</th>
            {onRevoke === undefined ? null : (
              <th scope="col" class="no-print">
                <span class="spoken">{say(words.revoke)}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {devices.map((device) => (
            <Line key={device.id} device={device} county={county} onRevoke={onRevoke} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ device, county, onRevoke }: Omit<TableProps, "devices"> & { device: DeviceLine }) {
  const say = useWords();
  const { by_name: name, username, last_seen_at: seen, photos_missing: photos, held } = device;
  const isIn = device.revoked_at === undefined && device.closed_at === undefined;
  const clock = clockOf(device.clock_offset_ms);
  return (
    <tr>
      <td>
        {name} <span class="soft">{county === undefined ? username : `${username} · ${county(device.county)}`}</span>
      </td>
      <td>
        <TagShown tag={{ text: say(device.phone ? words.phone : words.browser), tone: "plain" }} />
        <span class="device-name">{browserName(device.name)}</span>
      </td>
      <td class="when">
        <span class="on-card">{say(words.lastSeen)} </span>
        {seen === undefined ? say(words.never) : moment(seen, new Date())}
      </td>
      <td class="nowrap">
        <span class="on-card">{say(words.clock)} </span>
        {clock.is === "off" ? say(words.clockOff, clock) : say(clock.is === "right" ? words.clockRight : words.clockUnknown)}
      </td>
      <td class={photos === 0 ? "number soft" : "number"}>
        <span class="on-card">{say(words.photosMissing)} </span>
        {photos}
      </td>
      <td class={held === 0 ? "number soft" : "number"}>
        <span class="on-card">{say(words.inHeldBox)} </span>
        {held}
      </td>
      <td class="tags">
        {device.this ? <TagShown tag={{ text: say(words.thisOne), tone: "told" }} /> : null}
        {device.revoked_at === undefined ? null : <TagShown tag={{ text: say(words.revokedAt, { at: moment(device.revoked_at, new Date()) }), tone: "care" }} />}
        {device.closed_at === undefined || device.revoked_at !== undefined ? null : <TagShown tag={{ text: say(words.ownerClosed), tone: "care" }} />}
        <MarkTags marks={device.marks.filter(isNoColumn)} ofDevice />
        {device.storage_alarms > 0 && !device.marks.some(({ mark }) => mark === "storage_alarm") ? <TagShown tag={{ text: say(words.alarms, { count: device.storage_alarms }), tone: "plain" }} /> : null}
      </td>
      {onRevoke === undefined ? null : (
        <td class="deed no-print">
          {isIn && !device.this ? (
            <Button weight="quiet" onClick={() => onRevoke(device)} label={say(words.revokeOf, { name, device: browserName(device.name) })}>
              {say(words.revoke)}
            </Button>
          ) : null}
        </td>
      )}
    </tr>
  );
}

/** What no column of its own says. */
function isNoColumn({ mark }: Mark): boolean {
  return mark !== "photos_missing" && mark !== "clock_off";
}

/** What a browser is called by people; a phone has its owner's own word. */
export function browserName(name: string): string {
  const browser = [/\b(Edg)\//, /\b(Firefox)\//, /\b(MicroMessenger)\//, /\b(Chrome)\//, /\b(Safari)\//].map((known) => known.exec(name)?.[1]).find((found) => found !== undefined);
  const system = /\b(Windows|Android|iPhone|iPad|Mac OS X|Linux)\b/.exec(name)?.[1];
  if (browser === undefined || !name.startsWith("Mozilla/")) {
    return name;
  }
  const known: Readonly<Record<string, string>> = { Edg: "Edge", MicroMessenger: "微信", "Mac OS X": "Mac" };
  return [known[browser] ?? browser, system === undefined ? undefined : (known[system] ?? system)].filter((part) => part !== undefined).join(" · ");
}
