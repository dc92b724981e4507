/** The client alone. Who imports its package when it is needed would load every command of it. */
export { DynamoDBClient } from '@aws-sdk/client-dynamodb';
