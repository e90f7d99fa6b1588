// One event stream a browser: browsers open only six connections to a host, so one tab holds the
// stream (the lock's owner) and tells the others.
import { $, ask, say } from './dom.js';

const SILENT_TOO_LONG = 40_000; // the server's heartbeat comes every 15 s

export class Live {
  /** `changes` gets what the server says changed; `refetch` is called when something was missed. */
  constructor({ changes, refetch }) {
    this.onChanges = changes;
    this.onRefetch = refetch;
    this.seen = document.body.dataset.seq;
    this.state = 'connecting';
    this.channel = new BroadcastChannel('warmlist');
    this.channel.onmessage = ({ data }) => this.hear(data);
    this.leads = false;
    this.worry = null;
  }

  start() {
    if (!navigator.locks) {
      this.lead();
      return;
    }
    navigator.locks.request('warmlist-live', () => {
      this.lead();
      return new Promise(() => {}); // until this tab is closed
    });
    this.channel.postMessage({ kind: 'who' });
  }

  lead() {
    this.leads = true;
    this.pause = 1000;
    this.connect();
    setInterval(() => {
      if (this.source && Date.now() - this.heard > SILENT_TOO_LONG) this.reconnect();
    }, 5000);
    addEventListener('online', () => this.reconnect());
    addEventListener('offline', () => this.tell({ kind: 'state', state: 'off' }));
  }

  connect() {
    this.heard = Date.now();
    this.source = new EventSource('/live');
    for (const name of ['hello', 'changes', 'refetch', 'beat']) {
      this.source.addEventListener(name, (event) => this.receive(name, event));
    }
    this.source.onerror = () => {
      // A stream that ends is taken up again at once: only a longer gap is worth a word.
      this.worry ??= setTimeout(() => this.tell({ kind: 'state', state: 'off' }), 2500);
      if (this.source.readyState === EventSource.CLOSED) this.retry();
    };
  }

  async retry() {
    this.source = null;
    setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, 15_000);
    await ask('/queue').catch(() => {}); // a session that ended leads to the sign-in page
  }

  reconnect() {
    this.source?.close();
    this.tell({ kind: 'state', state: 'off' });
    this.connect();
  }

  receive(name, event) {
    this.heard = Date.now();
    this.pause = 1000;
    clearTimeout(this.worry);
    this.worry = null;
    if (name === 'beat') return;
    if (name === 'hello') this.tell({ kind: 'state', state: 'on', seq: event.lastEventId });
    else this.tell({ kind: name, seq: event.lastEventId, data: JSON.parse(event.data) });
  }

  /** To this tab and to all others. */
  tell(word) {
    this.hear(word);
    this.channel.postMessage(word);
  }

  hear(word) {
    if (word.kind === 'who') {
      if (this.leads) this.channel.postMessage({ kind: 'state', state: this.state, seq: this.seen });
      return;
    }
    if (word.kind === 'state') this.show(word.state);
    const missed = word.kind === 'state' && word.seq !== undefined && word.seq !== this.seen;
    if (word.seq !== undefined) this.seen = word.seq;
    if (word.kind === 'changes') this.onChanges(word.data);
    if (word.kind === 'refetch' || missed) this.onRefetch();
  }

  show(state) {
    if (this.state === state) return;
    this.state = state;
    const element = $('#live');
    element.dataset.state = state;
    element.textContent = say(state === 'on' ? 'live' : 'offline');
  }
}
