import { createBrowserRouter, Navigate } from 'react-router';
import { KeysRoom } from '../rooms/account/keys-room';
import { ProfileRoom } from '../rooms/account/profile-room';
import { SessionsRoom } from '../rooms/account/sessions-room';
import { BillingRoom } from '../rooms/billing/billing-room';
import { ConnectRoom } from '../rooms/connect/connect-room';
import { CreateRoom } from '../rooms/create/create-room';
import { CreditsRoom } from '../rooms/credits/credits-room';
import { GalleryRoom } from '../rooms/gallery/gallery-room';
import { InvitationRoom } from '../rooms/invitation/invitation-room';
import { LibraryRoom } from '../rooms/library/library-room';
import { ModerationRoom } from '../rooms/moderation/moderation-room';
import { ProvidersRoom } from '../rooms/providers/providers-room';
import { PeopleRoom } from '../rooms/people/people-room';
import { ForgotRoom } from '../rooms/sign-in/forgot-room';
import { RegisterRoom } from '../rooms/sign-in/register-room';
import { ResetRoom } from '../rooms/sign-in/reset-room';
import { SignInRoom } from '../rooms/sign-in/sign-in-room';
import { VerifyRoom } from '../rooms/sign-in/verify-room';
import { WebhooksRoom } from '../rooms/webhooks/webhooks-room';
import { Broken, NotFound } from './messages';
import { SettingsFrame } from './settings-frame';
import { Shell } from './shell';

/** Every room and its address. A room is a folder under `rooms/` and one line here (and in the shell, to be found). */
export function createRouter() {
  return createBrowserRouter([
    ...[
      { path: '/connect', Component: ConnectRoom },
      { path: '/sign-in', Component: SignInRoom },
      { path: '/sign-in/register', Component: RegisterRoom },
      { path: '/sign-in/verify', Component: VerifyRoom },
      { path: '/sign-in/forgot', Component: ForgotRoom },
      { path: '/sign-in/reset', Component: ResetRoom },
      { path: '/invitations', Component: InvitationRoom },
    ].map((room) => ({ ...room, ErrorBoundary: Broken })),
    {
      path: '/',
      Component: Shell,
      ErrorBoundary: Broken,
      children: [
        {
          ErrorBoundary: Broken,
          children: [
            { index: true, element: <Navigate to="/create" replace /> },
            { path: 'create', Component: CreateRoom },
            { path: 'library', Component: LibraryRoom },
            { path: 'library/:jobId', Component: LibraryRoom },
            { path: 'gallery', Component: GalleryRoom },
            { path: 'moderation', Component: ModerationRoom },
            {
              Component: SettingsFrame,
              children: [
                { path: 'account', Component: ProfileRoom },
                { path: 'account/sessions', Component: SessionsRoom },
                { path: 'account/keys', Component: KeysRoom },
                { path: 'account/webhooks', Component: WebhooksRoom },
                { path: 'people', Component: PeopleRoom },
                { path: 'providers', Component: ProvidersRoom },
                { path: 'credits', Component: CreditsRoom },
                { path: 'billing', Component: BillingRoom },
              ],
            },
            { path: '*', Component: NotFound },
          ],
        },
      ],
    },
  ]);
}
