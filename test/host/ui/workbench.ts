import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { root } from '../../support/tinyRun.ts';
import type { THEMES, VsCode } from '../vscode.ts';

/** What a user does in the workbench. */
export class Workbench {
  readonly page: Page;
  readonly #code: VsCode;

  constructor(code: VsCode) {
    this.#code = code;
    this.page = code.page;
  }

  /** Opens the run explorer's side bar. */
  async openExplorer(): Promise<void> {
    const tab = this.page.locator('.activitybar a[aria-label^="LeTI"]').first();
    await tab.waitFor({ timeout: 30_000 });
    // In a window that still comes up a click may meet another icon, or close what was just opened again.
    for (let tries = 0; !(await this.pane('Runs').isVisible()); tries++) {
      await tab.click();
      await this.pane('Runs')
        .waitFor({ timeout: 5000 })
        .catch((error: unknown) => {
          if (tries === 5) throw error;
        });
    }
  }

  /** A view of the side bar. */
  pane(name: string): Locator {
    return this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${name}"]`) });
  }

  rows(pane: string): Locator {
    return this.pane(pane).locator('.monaco-list-row');
  }

  /**
   * Writes into the palette and takes the entry that says exactly this. The palette shows what there was when it was
   * opened, and an early one is closed again by a window that still comes up: it is then opened anew.
   */
  async command(title: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      await this.palette(title);
      try {
        await this.quickRow(title).first().click({ timeout: 5000 });
        return;
      } catch (error) {
        if (tries === 10) throw error;
        // Whatever lies below would take the key for itself.
        if (await this.quickInput().isVisible()) await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Opens the palette and writes into it. A key that comes while the one before is going is lost. */
  async palette(text: string): Promise<void> {
    const open = async (): Promise<boolean> =>
      await this.quickInput()
        .fill(`>${text}`, { timeout: 3000 })
        .then(() => true)
        .catch(() => false);
    do await this.page.keyboard.press('F1');
    while (!(await open()));
  }

  quickInput(): Locator {
    return this.page.locator('.quick-input-widget input').first();
  }

  quickRow(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }

  /** The inside of the page of a run. */
  runPage(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** Keeps a picture of a part of the window, else of its upper left, for a step of the walkthrough. */
  async stepPicture(name: string, clip = { x: 0, y: 0, width: 860, height: 540 }): Promise<void> {
    if (process.env['LETI_SCREENSHOTS'] === undefined) return;
    await this.#code.theme('dark');
    await this.page.screenshot({
      path: path.join(root, `media/walkthrough/${name}.png`),
      clip,
    });
  }

  /** Keeps a picture for each kind of theme, or for those that are named, where LETI_SCREENSHOTS names a folder. */
  async picture(
    name: string,
    of: Locator | Page = this.page,
    themes: readonly (keyof typeof THEMES)[] = ['light', 'contrast', 'dark'],
  ): Promise<void> {
    const folder = process.env['LETI_SCREENSHOTS'];
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    await this.page.mouse.move(25, 500); // away from what would explain itself
    for (const theme of themes) {
      await this.#code.theme(theme);
      await of.screenshot({ path: path.join(folder, `${name}-${theme}.png`) });
    }
  }
}
