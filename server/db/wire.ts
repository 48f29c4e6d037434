/** The few messages of PostgreSQL's protocol that the embedded engine is asked with.
 *  https://www.postgresql.org/docs/current/protocol-message-formats.html */

export function parse(name: string, text: string, types: number[]): Buffer {
  return message("P", string(name), string(text), int16(types.length), ...types.map(int32));
}

export function describe(name: string): Buffer {
  return message("D", Buffer.from("S"), string(name));
}

/** Every value as text, or null; every column back as text. */
export function bind(name: string, values: (string | null)[]): Buffer {
  const parts = values.flatMap((value) => {
    if (value === null) return [int32(-1)];
    const bytes = Buffer.from(value);
    return [int32(bytes.length), bytes];
  });
  return message("B", string(""), string(name), int16(0), int16(values.length), ...parts, int16(0));
}

export const EXECUTE = message("E", string(""), int32(0));
export const SYNC = message("S");

function message(kind: string, ...parts: Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  return Buffer.concat([Buffer.from(kind), int32(length), ...parts]);
}

function string(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
