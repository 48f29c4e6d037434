/** The screen itself: the shell and the map come first; panels follow when they are opened. */
import "./map/worker.ts";
import "element-plus/theme-chalk/base.css";
import "./style.css";
import { createApp } from "vue";
import App from "./App.vue";
import { start } from "./state/app.ts";

void start();
createApp(App).mount("#app");
