/** Milliseconds of processor time that this process has had: what is to be quick is held to these, and not to what else a machine does meanwhile. */
export function busyMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
