/** A guide as the build makes it: HTML. */
declare module "*.md?guide" {
  const html: string;
  export default html;
}
