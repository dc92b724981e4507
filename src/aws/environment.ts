/** The variables of the environment that the program was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;
