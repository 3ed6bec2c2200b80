import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";

import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist", "dist-fake", "node_modules", "src/lib/bindings.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-undef": "off",
      // Words with a plural or a date are functions that may leave a parameter unused.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // {@html} would let a name become markup.
      "svelte/no-at-html-tags": "error",
      // The Content-Security-Policy refuses style attributes; a style: directive goes through the CSSOM.
      "no-restricted-syntax": ["error", "SvelteAttribute[key.name='style']"],
      // Maps and Sets here are made anew by each $derived, never changed.
      "svelte/prefer-svelte-reactivity": "off",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  { files: ["*.config.{js,ts}", "scripts/**"], languageOptions: { globals: { ...globals.node } } },
);
