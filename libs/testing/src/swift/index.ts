export { startSwift, type SwiftOptions, type SwiftServer } from './start-swift';
