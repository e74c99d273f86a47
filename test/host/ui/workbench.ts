import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';

/** What a user does in the workbench. */
export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the run explorer's side bar. */
  async openExplorer(): Promise<void> {
    const tab = this.page.locator('.activitybar a[aria-label^="LeTI"]').first();
    await tab.waitFor({ timeout: 30_000 });
    if (!(await this.pane('Runs').isVisible())) await tab.click();
    await this.pane('Runs').waitFor();
  }

  /** A view of the side bar. */
  pane(name: string): Locator {
    return this.page.locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${name}"]`) });
  }

  rows(pane: string): Locator {
    return this.pane(pane).locator('.monaco-list-row');
  }

  /** Writes into the palette and takes the entry that says exactly this. */
  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().fill(`>${title}`);
    await this.quickRow(title).first().click();
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

  async theme(name: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.quickInput().fill('>Preferences: Color Theme');
    await this.quickRow('Preferences: Color Theme').first().click();
    await this.quickInput().and(this.page.locator('[placeholder*="heme"]')).waitFor();
    await this.quickInput().fill(name);
    await this.quickRow(name).first().click();
  }

  /** Keeps a picture where LETI_SCREENSHOTS names a folder. */
  async picture(name: string): Promise<void> {
    const folder = process.env['LETI_SCREENSHOTS'];
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`) });
  }
}
