import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { createRouter } from './app/router';
import { SessionProvider } from './app/session-provider';
import { loadConfig } from './shared/api/config';
import { startI18n } from './shared/i18n/i18n';
import './shared/theme/tokens.css';
import './shared/theme/base.css';

async function start(): Promise<void> {
  const root = document.getElementById('root');
  if (!root) throw new Error('The page has no #root.');
  const [config] = await Promise.all([loadConfig(), startI18n()]);
  createRoot(root).render(
    <StrictMode>
      <SessionProvider baseUrl={config.apiBaseUrl}>
        <RouterProvider router={createRouter()} />
      </SessionProvider>
    </StrictMode>,
  );
}

void start();
