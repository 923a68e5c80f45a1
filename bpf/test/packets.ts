/** Packets as bytes: built in @sluice/datapath, which asks the programs policy questions with them. */
export * from '@sluice/datapath/testrun';
