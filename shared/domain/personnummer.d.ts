// The types that personnummer 3.2.1 has under Node's rules: its own declare a default export that its CommonJS lacks.
declare module 'personnummer' {
  const Personnummer: { valid(identityNumber: string): boolean }
  export default Personnummer
}
