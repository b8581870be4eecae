import { expect, test } from "vitest";
import { keyIn, lackOf } from "./account.ts";

test("a new password is long enough and typed twice the same", () => {
  expect(lackOf("short", "short")).toBe("tooShort");
  expect(lackOf("梅花山下有三间新的好教室", "梅花山下有三间新的好教")).toBe("differ");
  expect(lackOf("梅花山下有三间新的好教室", "梅花山下有三间新的好教室")).toBeUndefined();
});

test("the key of an authenticator is typed in groups", () => {
  expect(keyIn("otpauth://totp/SiteLedger:lin?secret=GEZDGNBVGY3TQO&issuer=SiteLedger")).toBe("GEZD GNBV GY3T QO");
});
