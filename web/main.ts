/** Starts the screen. The shell and the map come first; panels follow when they are opened. */
import "element-plus/theme-chalk/base.css";
import "./style.css";
import { createApp } from "vue";
import App from "./App.vue";
import { start } from "./state/app.ts";

void start();
createApp(App).mount("#app");
