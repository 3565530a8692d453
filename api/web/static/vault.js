// What this browser remembers, in IndexedDB: keys that cannot leave it, signed ballots that have
// not been acknowledged, receipts, and a sign-in that is under way. Never a name, an identity
// number or a title number.

const NAME = "yezhu";
const VERSION = 2;
const STORES = { keys: "keyId", pending: "id", receipts: "id", signIns: "state" };

let opening = null;

export function put(store, record) {
  return run(store, "readwrite", (table) => table.put(record));
}

export function get(store, id) {
  return run(store, "readonly", (table) => table.get(id));
}

export function all(store) {
  return run(store, "readonly", (table) => table.getAll());
}

export function remove(store, id) {
  return run(store, "readwrite", (table) => table.delete(id));
}

/** Forget everything, for a borrowed telephone. */
export async function clear() {
  for (const store of Object.keys(STORES)) await run(store, "readwrite", (table) => table.clear());
}

async function run(store, mode, action) {
  opening ??= open();
  const database = await opening;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode);
    const asked = action(transaction.objectStore(store));
    // Only a completed transaction is on disk; the request alone may still be rolled back.
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(STORES)) {
        if (asked.result.objectStoreNames.contains(store)) continue;
        asked.result.createObjectStore(store, { keyPath });
      }
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    // Another tab still has the version before open: go on as where storage is refused.
    asked.onblocked = () => reject(new Error("the storage is in use by an older page"));
  });
}
