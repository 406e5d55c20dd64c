/** Instructions that metering writes, by what they are. */
export const Code = {
  unreachable: 0x00,
  block: 0x02,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  i32Eq: 0x46,
  i64Eq: 0x51,
  i64LtU: 0x54,
  i64GeS: 0x59,
  i32Or: 0x72,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64ExtendI32U: 0xad,
  /** A block's type: nothing. */
  empty: 0x40,
  i32: 0x7f,
  i64: 0x7e,
} as const;

/** An instruction and the index that follows it. */
export function instruction(code: number, index: number): readonly number[] {
  const bytes = [code];
  let rest = index;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return bytes;
}
