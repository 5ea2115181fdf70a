"""What each column of an export is: facts of its values, words of its header, habits of survey tools."""
