import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "../src/styles/tokens.css";
import "../src/styles/base.css";
import "../src/styles/table.css";
import "./window.css";
