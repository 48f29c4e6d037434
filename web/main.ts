/** Starts the screen: what it needs is asked for first, then the program itself is let run. `vite.config.ts` has the page
 *  fetch the program at the same time as this file. */
import { askEarly } from "./early.ts";

askEarly();
void import("./boot.ts");
