import { createBrowserRouter, Navigate } from 'react-router';
import { ConnectRoom } from '../rooms/connect/connect-room';
import { CreateRoom } from '../rooms/create/create-room';
import { LibraryRoom } from '../rooms/library/library-room';
import { Broken, NotFound } from './messages';
import { Shell } from './shell';

/** Every room and its address. A room is a folder under `rooms/` and one line here (and in the shell, to be found). */
export function createRouter() {
  return createBrowserRouter([
    { path: '/connect', Component: ConnectRoom, ErrorBoundary: Broken },
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
            { path: '*', Component: NotFound },
          ],
        },
      ],
    },
  ]);
}
