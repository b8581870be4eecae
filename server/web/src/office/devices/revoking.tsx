/** Letting a device in no more: why, and once more whether. */

import { useState } from "preact/hooks";
import { administration as words } from "../../ui/words/administration.ts";
import { useWords } from "../../ui/words/language.ts";
import { Confirm } from "../users/confirm.tsx";
import { useDeed } from "../users/deed.ts";
import { type DeviceLine, REASONS, type Reason } from "./devices.ts";
import { browserName } from "./table.tsx";

interface RevokingProps {
  device: DeviceLine;
  onRevoked: () => void;
  onClose: () => void;
}

export function Revoking({ device, onRevoked, onClose }: RevokingProps) {
  const say = useWords();
  const [reason, setReason] = useState<Reason>();
  const [isLacking, setLacking] = useState(false);
  const { isBusy, refused, act } = useDeed();
  const revoke = async () => {
    setLacking(reason === undefined);
    if (reason !== undefined && (await act({ method: "POST", path: `/api/v1/devices/${device.id}/revoke`, body: { reason } })) !== undefined) {
      onRevoked();
    }
  };
  return (
    <Confirm title={say(words.revokeTitle)} now={say(words.revokeNow)} isBusy={isBusy} refused={isLacking && reason === undefined ? say(words.reasonNeeded) : refused} onNow={() => void revoke()} onClose={onClose}>
      <p>{say(words.revokeWhy, { name: device.by_name, device: browserName(device.name) })}</p>
      {device.photos_missing === 0 ? null : <p class="care-text">{say(words.revokeOwes, { photos: device.photos_missing })}</p>}
      <fieldset class="choice">
        <legend class="label">{say(words.reason)}</legend>
        {REASONS.map((one) => (
          <label key={one} class="choice-option">
            <input type="radio" name="reason" checked={reason === one} onChange={() => setReason(one)} />
            <span>{say(words[`reason_${one}`])}</span>
          </label>
        ))}
      </fieldset>
    </Confirm>
  );
}
