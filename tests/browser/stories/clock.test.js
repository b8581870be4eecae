/** A phone whose clock is wrong. */

import { test } from "node:test";
import { scene } from "../harness/scene.js";

const { server, phone } = await scene();

test("a clock that is an hour behind is told, and syncing goes on", async () => {
  await phone.page.addInitScript(() => {
    const behind = 3_600_000;
    const Right = Date;
    globalThis.Date = class extends Right {
      constructor(...given) {
        super(...(given.length === 0 ? [Right.now() - behind] : given));
      }
      static now() {
        return Right.now() - behind;
      }
    };
  });
  await phone.enrolBy(server.codes("rizhi-a").link);
  await phone.sees("上杭县演示校舍项目25");
  await phone.go("/#/sync");
  await phone.sees("手机的时间慢了 60 分钟");
  await phone.sees("没有要发送的");
});
