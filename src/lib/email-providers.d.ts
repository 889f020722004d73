/** The package brings no types. */
declare module 'email-providers' {
  const all: readonly string[];
  export default all;
}
