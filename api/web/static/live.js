// The stream of turnout. The browser's own EventSource reconnects; what it gives up on, we retry.

import { session, turnoutStream } from "./api.js";

const RETRY_MS = 5000;

export class LiveTurnout {
  /** `on` has `data(turnout)`, `status(name)` with "live" or "lost", and `signedOut()`. */
  constructor(assembly, on) {
    this.assembly = assembly;
    this.on = on;
    this.stopped = false;
    this.connect();
  }

  connect() {
    this.source = new EventSource(turnoutStream(this.assembly));
    this.source.addEventListener("open", () => this.on.status("live"));
    this.source.addEventListener("turnout", (event) => {
      this.on.status("live");
      this.on.data(JSON.parse(event.data));
    });
    this.source.addEventListener("error", () => this.lost());
  }

  async lost() {
    if (this.stopped) return;
    this.on.status("lost");
    // CONNECTING: the browser is already trying again.
    if (this.source.readyState !== EventSource.CLOSED) return;
    const user = await session().catch(() => undefined);
    if (this.stopped) return;
    if (user === null) this.on.signedOut();
    else this.timer = setTimeout(() => this.connect(), RETRY_MS);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.source.close();
  }
}
