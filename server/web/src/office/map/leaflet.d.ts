// The build with modules, of which only what is used gets into the chunk.
declare module "leaflet/dist/leaflet-src.esm.js" {
  export * from "leaflet";
}
