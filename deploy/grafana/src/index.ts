import { busAndDatabase } from './dashboards/bus-and-database';
import { delivery } from './dashboards/delivery';
import { money } from './dashboards/money';
import { overview } from './dashboards/overview';
import { providers } from './dashboards/providers';
import type { DashboardSource } from './source';

export const DASHBOARDS: readonly DashboardSource[] = [overview, providers, money, delivery, busAndDatabase];
